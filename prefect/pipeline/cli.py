"""One run, or a schedule; exit codes show who has to act."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from typing import Any, NoReturn

from pipeline import metrics, notify, report
from pipeline.city import City, city_for
from pipeline.commands import exit_code_of
from pipeline.config import Settings
from pipeline.database import refuse_if_busy
from pipeline.errors import (
    TERMINATED_EXIT_CODE,
    BusyError,
    FilesError,
    IngestError,
    MaintenanceError,
    PartialError,
    PortalError,
    PublishError,
    UnreachableError,
    failure_text,
)
from pipeline.prefect_environment import NO_PAGE, discard_early, own_server
from pipeline.termination import end_soon

log = logging.getLogger("pipeline")
RECONCILE_AFTER_HOURS = 2
RETRIED = {
    error.exit_code
    for error in (PortalError, PublishError, BusyError, PartialError, FilesError, MaintenanceError)
}
"""Exit codes of failures that the next scheduled run may resolve."""


def main(ingest: Any, chosen: argparse.Namespace) -> int:
    """Run the flow ``ingest`` as the arguments say; returns the exit code."""
    with contextlib.ExitStack() as stack:
        stack.callback(discard_early)
        code = exit_code_of(lambda: _start(ingest, chosen, stack))
        return 0 if chosen.scheduled_later and code in RETRIED else code


def _start(ingest: Any, chosen: argparse.Namespace, stack: contextlib.ExitStack) -> None:
    # Validated before any server is started.
    settings = Settings.from_environment()
    _, city = city_for(settings)
    signal.signal(signal.SIGTERM, _terminate)
    log.setLevel(settings.log_level)
    _carry_out(ingest, with_default_schedule(chosen, city), settings, stack)


def _carry_out(
    ingest: Any, chosen: argparse.Namespace, settings: Settings, stack: contextlib.ExitStack
) -> None:
    if chosen.command == "run":
        _refuse_if_busy(settings)
    try:
        stack.enter_context(prefect_api(settings))
    except IngestError as error:
        text = report.slack_text(settings.stage, "fail", failure_text(error), (), 0, settings.reports_url)
        notify.slack(settings, text)
        raise
    if chosen.command == "serve":
        log.info(
            "schedule: incremental runs at %r, reconcile runs at %r (%s)",
            chosen.cron,
            chosen.reconcile_cron,
            chosen.time_zone,
        )
        _serve(ingest, chosen, settings)
        return
    ingest(
        mode="full" if chosen.full else "reconcile" if chosen.reconcile else "incremental",
        years=chosen.years,
        datasets=tuple(chosen.dataset),
        since=chosen.since,
        is_dry=chosen.dry_run,
    )


def _serve(ingest: Any, chosen: argparse.Namespace, settings: Settings) -> None:
    """Run until a signal arrives; Prefect's runner waits until the runs that it started have ended."""
    from prefect.runner import Runner

    metrics.serve(settings)

    class EndingRunner(Runner):
        def handle_sigterm(self, *args: Any, **details: Any) -> None:
            end_soon(TERMINATED_EXIT_CODE)
            super().handle_sigterm(*args, **details)

    runner = EndingRunner(name="nightly", limit=1)
    runner.add_flow(ingest, name="nightly", schedules=schedules(chosen))
    asyncio.run(runner.start())


def with_default_schedule(chosen: argparse.Namespace, city: City) -> argparse.Namespace:
    """The command line with the city's hours as defaults."""
    weekly_hour = (city.nightly_hour_utc + RECONCILE_AFTER_HOURS) % 24
    chosen.cron = chosen.cron or f"0 {city.nightly_hour_utc} * * *"
    chosen.reconcile_cron = chosen.reconcile_cron or f"0 {weekly_hour} * * 0"
    return chosen


def schedules(chosen: argparse.Namespace) -> list[Any]:
    """Load changes nightly; once a week read everything, in order to find rows gone from the portal."""
    from prefect.schedules import Cron

    weekly = {"mode": "reconcile"}
    return [
        Cron(chosen.cron, timezone=chosen.time_zone, slug="nightly"),
        Cron(chosen.reconcile_cron, timezone=chosen.time_zone, slug="weekly-reconcile", parameters=weekly),
    ]


def _refuse_if_busy(settings: Settings) -> None:
    """Avoid starting Prefect for a second run. If the database is unreachable, the run fails and notifies."""
    with contextlib.suppress(UnreachableError):
        refuse_if_busy(settings.database_loader_url)


@contextlib.contextmanager
def prefect_api(settings: Settings) -> Iterator[None]:
    """Prefect's API for the block: the one in the settings, or a server owned by this process."""
    if settings.prefect_api_url:
        yield
        return
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with own_server(os.environ) as address, temporary_settings({PREFECT_API_URL: address}):
        # Inherited by scheduled runs, whose pages disappear with this process too.
        os.environ[NO_PAGE] = "true"
        yield
        _flush_logs()


def _flush_logs() -> None:
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=5)


def _terminate(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(TERMINATED_EXIT_CODE)
