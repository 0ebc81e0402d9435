"""One night from the lock to the last word, as steps that a flow calls in order."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg import sql

from pipeline import merge, quality, report, runs
from pipeline.catalog import Catalog
from pipeline.config import Settings
from pipeline.database import Connection, connect, run, run_lock
from pipeline.discovery import discover
from pipeline.download import Downloaded, Order
from pipeline.errors import DataError, NightError
from pipeline.options import Options
from pipeline.plan import Known, Reading, plan_reading
from pipeline.quality import Check
from pipeline.socrata import Portal
from pipeline.staging import Staging, drop_leftovers

log = logging.getLogger(__name__)


class Night:
    """A run under way. Its connection holds the lock; the facts gather here as the steps are done."""

    def __init__(self, settings: Settings, options: Options, catalog: Catalog, connection: Connection) -> None:
        self.settings = settings
        self.options = options
        self.catalog = catalog
        self.connection = connection
        self.load_run_id = 0
        self.started = time.monotonic()
        self.notices: list[str] = []
        self.downloads: list[Downloaded] = []
        self.datasets: dict[str, dict[str, Any]] = {}
        self.reasons: list[dict[str, Any]] = []
        self.checks: list[Check] = []
        self.message = ""
        self.status = "INFO"
        self.generation = 0
        self.log_id = 0
        self.is_merged = False

    @property
    def staging(self) -> Staging:
        return Staging(self.load_run_id)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


@contextmanager
def opened(settings: Settings, options: Options, catalog: Catalog) -> Iterator[Night]:
    """A night that has the lock, its number and its staging tables; both go when the block ends.

    Raises BusyError when another run is at work.
    """
    with run_lock(settings.database_loader_url) as connection:
        night = Night(settings, options, catalog, connection)
        chosen = {"years": options.years, "datasets": options.datasets, "since": str(options.since or "")}
        night.load_run_id = runs.start(connection, options.mode, {"options": chosen})
        night.staging.create(connection)
        log.info("run %d begins (%s)", night.load_run_id, options.mode)
        try:
            yield night
        except Exception as error:
            fail(night, failure_text(error))
            raise
        drop_leftovers(connection)


def failure_text(error: Exception) -> str:
    """What a failure says of itself: in full if it was foreseen, else its kind and first line."""
    if isinstance(error, NightError):
        return f"{error.who}: {error}"
    first_line = str(error).strip().split("\n")[0]
    return f"{NightError.who}: {type(error).__name__}: {first_line}"


def plan(night: Night) -> list[Order]:
    """Ask the portal what is new and decide what to download. Raises SourceError or DataError."""
    settings, options = night.settings, night.options
    with Portal(settings) as portal:
        night.catalog, notice = discover(portal, night.catalog, options.now.date())
    if notice:
        log.warning(notice)
        night.notices.append(notice)
    known = runs.known_datasets(night.connection)

    def reading(dataset: Any) -> Reading:
        with Portal(settings) as portal:
            return plan_reading(portal, settings, night.catalog, dataset, known.get(dataset.id, Known()), options)

    with ThreadPoolExecutor(settings.download_workers) as pool:
        readings = list(pool.map(reading, night.catalog.chosen(options.years, options.datasets)))
    return [Order(settings, night.catalog, night.load_run_id, reading, options.now) for reading in readings]


def merge_downloads(night: Night, downloads: list[Downloaded]) -> str:
    """Everything into the live tables in one transaction; returns the run in one line.

    Raises DataError, before anything changes, when too much of what was read is unusable.
    """
    night.downloads = downloads
    merge.name_staging(night.connection, night.staging)
    night.reasons = quality.refused_reasons(night.connection)
    _stop_if_unusable(night)
    with night.connection.transaction(force_rollback=night.options.dry_run):
        _set_memory(night)
        merged = _merge(night)
        _remember(night, merged)
    night.is_merged = not night.options.dry_run
    log.info(night.message)
    return night.message


def _stop_if_unusable(night: Night) -> None:
    try:
        quality.stop_if_too_many_refused(night.downloads, night.settings, night.reasons)
    except DataError:
        # Kept although nothing else of this night is: they say what was wrong.
        run(night.connection, "merge/keep_refused", {"load_run_id": night.load_run_id})
        raise


def _set_memory(night: Night) -> None:
    megabytes = sql.Literal(f"{night.settings.merge_work_mem_mb}MB")
    for name in ("work_mem", "maintenance_work_mem"):
        night.connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), megabytes))


def _merge(night: Night) -> merge.Merged:
    connection, staging = night.connection, night.staging
    readings = [result.reading for result in night.downloads if result.reading.is_due]
    merged = merge.prepare(connection, staging, night.catalog, readings)
    merge.name_served(connection, sql.Identifier("requests"))
    run(connection, "merge/create_touched")
    merge.apply_changes(connection, merged, is_complete=night.options.reads_everything)
    if night.options.reconcile:
        merge.retire(connection, staging, [reading.dataset.id for reading in readings])
        merge.remove_retired(connection, merged)
    merge.serve_changes(connection, merged)
    return merged


def _remember(night: Night, merged: merge.Merged) -> None:
    """Watermarks, refused rows, generation, ``load_runs`` and ``log``, in the merge's transaction."""
    connection = night.connection
    for result in night.downloads:
        _set_watermark(connection, result)
    run(connection, "merge/keep_refused", {"load_run_id": night.load_run_id})
    if merged.is_visible:
        run(connection, "merge/next_generation")
    night.generation = runs.generation(connection)
    night.datasets = report.dataset_rows(night.downloads, merged)
    night.checks = [
        *(Check("datasets", "warn", notice) for notice in night.notices),
        *quality.read_checks(night.downloads),
        *quality.code_checks(merged.new_codes),
        *quality.stored_checks(connection, night.options.now),
    ]
    total = report.totals(night.datasets, merged)
    night.status = "WARN" if quality.worst(night.checks) else "INFO"
    night.message = report.sentence(
        total, night.generation, is_dry=night.options.dry_run, is_visible=merged.is_visible
    )
    details = {"datasets": night.datasets, "quality": [asdict(check) for check in night.checks]}
    details |= {"superseded": merged.superseded, "new_codes": merged.new_codes}
    values = {**total, "generation": night.generation, "message": night.message, "details": details}
    runs.merged(connection, night.load_run_id, values)
    night.log_id = runs.add_log(connection, night.status, night.message)


def _set_watermark(connection: Connection, result: Downloaded) -> None:
    reading = result.reading
    moment = reading.newest or result.newest
    if not reading.is_due or moment is None:
        return
    values = {
        "dataset_id": reading.dataset.id,
        "source_updated_at": moment,
        "source_row_id": result.last_row_id,
        "source_row_count": reading.total,
    }
    run(connection, "merge/set_watermark", values)


def finish(night: Night) -> None:
    """Note the success, once the API serves the data; a dry run leaves no trace."""
    if night.options.dry_run:
        runs.forget(night.connection, night.load_run_id)
    else:
        runs.published(night.connection, night.load_run_id)


def fail(night: Night, message: str) -> None:
    """Note the failure in ``load_runs`` and ``log``; the data of an earlier merge stays.

    A server that is gone is asked once more over a new connection; if that fails too, the log line says all.
    """
    night.status, night.message = "ERROR", message
    log.error(message)
    try:
        with connect(night.settings.database_loader_url, f"run {night.load_run_id} failed") as connection:
            _note_failure(night, connection)
    except psycopg.Error as error:
        log.error("the failure could not be noted in the database: %s", type(error).__name__)  # noqa: TRY400


def _note_failure(night: Night, connection: Connection) -> None:
    if night.options.dry_run:
        runs.forget(connection, night.load_run_id)
        return
    details = {"downloads": {result.reading.dataset.id: result.counts for result in night.downloads}}
    runs.failed(connection, night.load_run_id, night.message, is_merged=night.is_merged, details=details)
    if night.is_merged:
        runs.change_log(connection, night.log_id, "ERROR", night.message)
    else:
        runs.add_log(connection, "ERROR", night.message)
