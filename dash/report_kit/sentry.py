"""Error reports to Sentry, if a DSN is set; the settings have the names of the API's."""

from __future__ import annotations

from typing import Any

import sentry_sdk

from config import Settings

HEALTH_ROUTES = ("/health", "/ready")
HEALTH_CHECK_SHARE = 0.01


def traced_share(context: dict[str, Any]) -> float:
    """The share of requests to trace: health checks would outnumber the rest."""
    path = (context.get("wsgi_environ") or {}).get("PATH_INFO")
    return HEALTH_CHECK_SHARE if path in HEALTH_ROUTES else 1.0


def start(settings: Settings) -> None:
    """Report logged errors, unhandled ones and traces from now on; does nothing without a DSN."""
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
