"""Observability of a run: its number in every log line, and its errors in Sentry."""

from __future__ import annotations

import logging

from pipeline.config import Settings
from pipeline.errors import BusyError

log = logging.getLogger(__name__)
FLUSH_SECONDS = 5.0
_run: list[int] = []


def follow(load_run_id: int) -> None:
    """Tag everything that this process logs from now on with this run, including its final failure."""
    _run[:] = [load_run_id]


def run_number() -> int | None:
    """The ``load_run_id`` of this process's run."""
    return _run[0] if _run else None


def report(settings: Settings, error: BaseException) -> None:
    """Send an error that ends a run to Sentry, if a DSN is set, and wait until it is sent.

    Finding another run in progress, or being stopped, is not an error. A failure to send is only logged.
    """
    dsn = settings.sentry_url.get_secret_value()
    if not dsn or isinstance(error, BusyError) or not isinstance(error, Exception):
        return
    try:
        _send(dsn, settings.stage, error)
    except Exception as problem:  # noqa: BLE001  # whatever it is, the error to report is the one that counts
        log.warning("the report to Sentry failed: %s", type(problem).__name__)


def _send(dsn: str, stage: str, error: Exception) -> None:
    # Imported here, so that runs without a DSN do not need it.
    import sentry_sdk

    # Without integrations only this error is sent. Local variables may contain URLs with passwords.
    sentry_sdk.init(
        dsn,
        environment=stage,
        default_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
    )
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("run", run_number())
        sentry_sdk.capture_exception(error)
    sentry_sdk.flush(FLUSH_SECONDS)
