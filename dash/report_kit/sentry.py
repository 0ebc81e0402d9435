"""Error reports to Sentry, if a DSN is set; the settings have the same names as the API's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration

from config import Settings

HEALTH_ROUTES = ("/health", "/ready")


def sampler(share: float) -> Callable[[dict[str, Any]], float]:
    """Decides how many requests are traced: a share that fits a free plan, and no health checks."""

    def traced_share(context: dict[str, Any]) -> float:
        path = (context.get("wsgi_environ") or {}).get("PATH_INFO")
        return 0.0 if path in HEALTH_ROUTES else share

    return traced_share


def start(settings: Settings) -> None:
    """Report logged errors, unhandled ones and traces from now on; does nothing without a DSN."""
    dsn = settings.sentry_url.get_secret_value()
    if not dsn:
        return
    sentry_sdk.init(
        dsn,
        environment=settings.stage,
        release=settings.code_version,
        traces_sampler=sampler(settings.sentry_traces_share),
        send_default_pii=False,
        # By default, Sentry prints reports that are pending at the end of the program, in lines without JSON.
        integrations=[AtexitIntegration(callback=_print_nothing)],
        # Local variables may contain URLs with passwords.
        include_local_variables=False,
    )


def _print_nothing(_pending: int, _timeout_seconds: float) -> None:
    pass
