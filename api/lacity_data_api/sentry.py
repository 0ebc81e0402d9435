"""Error reports to Sentry, if a DSN is set."""

from __future__ import annotations

from typing import Any

import sentry_sdk

from lacity_data_api.config import Settings

HEALTH_ROUTES = ("/status/api", "/status/live", "/status/ready")
HEALTH_CHECK_SHARE = 0.01


def traced_share(context: dict[str, Any]) -> float:
    """The share of requests to trace: health checks would outnumber the rest."""
    scope = context.get("asgi_scope") or {}
    return HEALTH_CHECK_SHARE if scope.get("path") in HEALTH_ROUTES else 1.0


def start(settings: Settings) -> None:
    """Report unhandled errors and traces from now on; does nothing without a DSN."""
    dsn = settings.sentry_url.get_secret_value()
    if not dsn:
        return
    sentry_sdk.init(
        dsn,
        environment=settings.stage,
        release=settings.code_version,
        traces_sampler=traced_share,
        send_default_pii=False,
        # They hold URLs with passwords.
        include_local_variables=False,
    )
