"""What an operator sees of a run: its number in every log line, and its errors in Sentry."""

from __future__ import annotations

from pipeline.config import Settings
from pipeline.errors import BusyError

FLUSH_SECONDS = 5.0
_run: list[int] = []


def follow(load_run_id: int) -> None:
    """From now on what this process logs belongs to this run, to the end: its failure is logged last."""
    _run[:] = [load_run_id]


def run_number() -> int | None:
    """The ``load_run_id`` of the run that this process carries out."""
    return _run[0] if _run else None


def report(settings: Settings, error: BaseException) -> None:
    """Send an error that ends a run to Sentry, if there is a DSN, and wait: the process may end at once.

    A run that found another one in progress is no error, nor is one that was stopped.
    """
    dsn = settings.sentry_url.get_secret_value()
    if not dsn or isinstance(error, BusyError) or not isinstance(error, Exception):
        return
    # Runs without a DSN are spared the import.
    import sentry_sdk

    # Without integrations: nothing is sent but this error. Local variables may hold URLs with passwords.
    sentry_sdk.init(
        dsn,
        environment=settings.stage,
        default_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
    )
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("run", run_number())
        sentry_sdk.capture_exception(error)
    sentry_sdk.flush(FLUSH_SECONDS)
