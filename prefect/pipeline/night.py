"""One night from the lock to the last word: its beginning, its plan and its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg

from pipeline import runs
from pipeline.boundaries import Boundaries, fetch_boundaries
from pipeline.catalog import Catalog, Dataset
from pipeline.config import Settings
from pipeline.database import Connection, connect, fetch_one, run_lock
from pipeline.discovery import discover
from pipeline.download import Downloaded, Order
from pipeline.errors import NightError, SourceError, UnreachableError
from pipeline.options import Options
from pipeline.plan import Known, Reading, plan_reading
from pipeline.quality import Check
from pipeline.socrata import Portal
from pipeline.staging import Staging, drop_leftovers

log = logging.getLogger(__name__)


class Night:
    """A run under way. Its connection holds the lock; the facts gather here as the steps are done."""

    def __init__(
        self, settings: Settings, options: Options, catalog: Catalog, connection: Connection
    ) -> None:
        self.settings = settings
        self.options = options
        self.catalog = catalog
        self.connection = connection
        self.load_run_id = 0
        self.started = time.monotonic()
        self.notices: list[str] = []
        self.boundaries: Boundaries | None = None
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
    """A night that has the lock, its number and its staging tables; a failure inside is noted.

    Raises BusyError when another run is at work.
    """
    with run_lock(settings.database_loader_url) as connection:
        night = Night(settings, options, catalog, connection)
        chosen = {"years": options.years, "datasets": options.datasets, "since": str(options.since or "")}
        night.load_run_id = runs.start(connection, options.mode, {"options": chosen})
        try:
            night.staging.create(connection)
            log.info("run %d begins (%s)", night.load_run_id, options.mode)
            yield night
        except BaseException as error:
            fail(night, failure_text(error))
            raise
        drop_leftovers(connection)


def failure_text(error: BaseException) -> str:
    """What a failure says of itself: in full if it was foreseen, else its kind and first line."""
    if isinstance(error, NightError):
        return f"{error.who}: {error}"
    if not isinstance(error, Exception):
        return f"ended by {type(error).__name__} before it was done"
    first_line = str(error).strip().split("\n")[0]
    return f"{NightError.who}: {type(error).__name__}: {first_line}"


def plan(night: Night) -> list[Order]:
    """Ask the portal what is new; one order for each dataset. Raises SourceError or DataError."""
    settings, options = night.settings, night.options
    if not settings.socrata_app_token.get_secret_value():
        log.info("no SOCRATA_APP_TOKEN: the portal may throttle")
    with Portal(settings) as portal:
        night.catalog, night.notices = discover(portal, night.catalog, options.now.date())
        night.boundaries = _boundaries(night, portal)
    for notice in night.notices:
        log.warning(notice)
    known = runs.known_datasets(night.connection)
    if known and fetch_one(night.connection, "swap/is_empty")["is_empty"]:
        night.notices.append("the tables are empty although earlier runs filled them: everything is read")
        log.warning(night.notices[-1])
        known = {}

    def reading(dataset: Dataset) -> Reading:
        memory = known.get(dataset.id, Known())
        with Portal(settings) as portal:
            return plan_reading(portal, settings, night.catalog, dataset, memory, options)

    pool = ThreadPoolExecutor(settings.download_workers)
    try:
        readings = list(pool.map(reading, night.catalog.chosen(options.years, options.datasets)))
    finally:
        # A run that is told to stop does not wait for a portal that hangs.
        pool.shutdown(wait=False, cancel_futures=True)
    return [Order(settings, night.catalog, night.load_run_id, reading, options.now) for reading in readings]


def _boundaries(night: Night, portal: Portal) -> Boundaries | None:
    """The polygons, or nothing: without them a night goes on with those it has."""
    try:
        return fetch_boundaries(portal, night.catalog.boundaries.id)
    except SourceError as error:
        night.notices.append(f"the boundaries could not be read: {error}")
        return None


def finish(night: Night) -> None:
    """Note the success, once the API serves the data; a dry run leaves no trace."""
    if night.options.dry_run:
        runs.forget(night.connection, night.load_run_id)
    else:
        runs.published(night.connection, night.load_run_id)


def fail(night: Night, message: str) -> None:
    """Note the failure in ``load_runs`` and ``log``; the data of an earlier merge stays.

    Over a connection of its own: that of the run may be what broke. If that fails too, the log line says all.
    """
    night.status, night.message = "ERROR", message
    log.error(message)
    try:
        with connect(night.settings.database_loader_url, f"run {night.load_run_id} failed") as connection:
            _note_failure(night, connection)
    except (psycopg.Error, UnreachableError) as error:
        log.error("the failure could not be noted in the database: %s", type(error).__name__)  # noqa: TRY400


def _note_failure(night: Night, connection: Connection) -> None:
    if night.options.dry_run:
        runs.forget(connection, night.load_run_id)
        return
    counts = {result.reading.dataset.id: result.counts for result in night.downloads}
    details = {"downloads": counts, "notices": night.notices}
    runs.failed(connection, night.load_run_id, night.message, is_merged=night.is_merged, details=details)
    if night.is_merged:
        runs.change_log(connection, night.log_id, "ERROR", night.message)
    else:
        runs.add_log(connection, "ERROR", night.message)
