"""A run in the database: its lock, its row in ``load_runs``, and leftovers of earlier runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from pipeline import telemetry
from pipeline.city import City
from pipeline.columns import REQUEST_COLUMNS
from pipeline.config import Settings
from pipeline.database import Connection, composed, connect, fetch, fetch_one, run_lock
from pipeline.database import run as execute
from pipeline.declaration import Dataset
from pipeline.errors import UnreachableError, failure_text
from pipeline.options import Options, utc_now
from pipeline.plan import DatasetState, Plan, Watermark
from pipeline.staging import Staging

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """A run that has begun. Its connection holds the lock, so losing it aborts the merge."""

    settings: Settings
    options: Options
    city: City
    connection: Connection
    load_run_id: int
    started_at: datetime = field(default_factory=utc_now)

    @property
    def seconds(self) -> float:
        return (utc_now() - self.started_at).total_seconds()


@contextmanager
def open_run(settings: Settings, options: Options, city: City) -> Iterator[Run]:
    """Take the lock, record the run and create its staging tables; a failure inside the block is recorded.

    Raises BusyError if another run is in progress.
    """
    with run_lock(settings.database_loader_url) as connection:
        run = Run(settings, options, city, connection, _start(connection, options))
        telemetry.follow(run.load_run_id)
        execute(connection, "runs/name_connection", {"name": f"311 run {run.load_run_id}"})
        try:
            Staging(run.load_run_id).create(connection)
            log.info("run %d of %s begins (%s)", run.load_run_id, city.name, options.mode)
            yield run
        except BaseException as error:
            _note_failure(run, error)
            raise
        _drop_staging(connection, run.load_run_id)


def _start(connection: Connection, options: Options) -> int:
    """Record the start of a run and return its number; runs that were killed are marked as failed."""
    chosen = {"years": options.years, "datasets": options.datasets, "since": str(options.since or "")}
    execute(connection, "runs/fail_abandoned")
    values = {"mode": options.mode, "details": Jsonb({"options": chosen})}
    return int(fetch_one(connection, "runs/start", values)["load_run_id"])


def note_plan(run: Run, plan: Plan) -> None:
    """Record what happens to each dataset: read, unchanged, or skipped and why."""
    for reading in plan.readings:
        values = {"status": "read" if reading.is_due else "unchanged", "transport": reading.transport}
        _note_dataset(run, reading.dataset, {**values, "message": "", "published": reading.total})
    for skip in plan.skipped:
        values = {"status": "skipped", "transport": "", "message": skip.message}
        _note_dataset(run, skip.dataset, {**values, "published": None})


def _note_dataset(run: Run, dataset: Dataset, values: dict[str, Any]) -> None:
    names = {"load_run_id": run.load_run_id, "dataset_id": dataset.id, "title": dataset.title}
    execute(run.connection, "runs/note_dataset", names | values)


def finish(run: Run) -> None:
    """Record that the API serves the data of this run and all earlier ones; a dry run deletes its record."""
    if run.options.dry_run:
        execute(run.connection, "runs/forget", {"load_run_id": run.load_run_id})
        return
    execute(run.connection, "runs/published", {"load_run_id": run.load_run_id})


def _note_failure(run: Run, error: BaseException) -> None:
    """Record the failure in ``load_runs`` and ``log``; the data of an earlier merge stays.

    Uses another connection, because the run's own may be broken. Without one, the failure is only logged.
    """
    message = failure_text(error)
    log.error(message)
    try:
        with connect(run.settings.database_loader_url, f"run {run.load_run_id} failed") as connection:
            try:
                _record_failure(connection, run, message)
            finally:
                # On a full disk, recording fails for lack of the space that the staging tables take.
                _drop_staging(connection, run.load_run_id)
    except (psycopg.Error, UnreachableError) as problem:
        log.error("the failure could not be recorded in the database: %s", type(problem).__name__)  # noqa: TRY400


def _record_failure(connection: Connection, run: Run, message: str) -> None:
    if run.options.dry_run:
        execute(connection, "runs/forget", {"load_run_id": run.load_run_id})
        return
    execute(connection, "runs/fail", {"load_run_id": run.load_run_id, "message": message})
    execute(connection, "runs/add_log", {"status": "ERROR", "message": message})


def _drop_staging(connection: Connection, load_run_id: int) -> None:
    """Free the disk space of the staging tables; those that are in use stay until the next run starts."""
    staging = Staging(load_run_id)
    try:
        execute(connection, "runs/limit_lock_wait")
        for table in (staging.rows, staging.rejected):
            connection.execute(composed("stage/drop", table=table))
    except psycopg.Error as problem:
        log.warning("the staging tables were not dropped: %s", type(problem).__name__)


def known_datasets(connection: Connection) -> dict[str, DatasetState]:
    """The stored state of each dataset that was ever merged, by id."""
    rows = fetch(connection, "runs/unread_columns", {"columns": list(REQUEST_COLUMNS)})
    missing = {row["dataset_id"]: row["unread"] for row in rows}
    marks = {row.pop("dataset_id"): Watermark(**row) for row in fetch(connection, "runs/watermarks")}
    return {name: DatasetState(mark, frozenset(missing.get(name) or ())) for name, mark in marks.items()}


def is_empty(connection: Connection) -> bool:
    """Whether there are no stored requests."""
    return bool(fetch_one(connection, "swap/is_empty")["is_empty"])
