"""Asking the portal what is new: from which row on each dataset is read, and which columns."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline import runs
from pipeline.boundaries import Boundaries, fetch_boundaries
from pipeline.city import City
from pipeline.config import Settings
from pipeline.declaration import Dataset, Schema
from pipeline.discovery import discover
from pipeline.errors import DataError, IngestError, PortalError
from pipeline.options import Options
from pipeline.plan import (
    BEGINNING,
    FEW_ROWS,
    Known,
    Plan,
    Reading,
    Skipped,
    from_portal,
    is_of_one_dataset,
    portal_time,
)
from pipeline.query import Query
from pipeline.runs import Run
from pipeline.socrata import Portal

log = logging.getLogger(__name__)


def make_plan(run: Run) -> Plan:
    """One reading for each dataset, whether it is due or not; what cannot be read is skipped.

    Raises TokenError, and the first dataset's PortalError or DataError when every one has to be skipped.
    """
    settings, options = run.settings, run.options
    known, notices = _memory(run)
    with Portal(settings) as portal:
        city, discovered = discover(portal, run.city, options.now.date(), known)
        boundaries, missing = _boundaries(portal, city)
    notices += (*discovered, *missing)
    for notice in notices:
        log.warning(notice)
    datasets = city.chosen(options.years, options.datasets)
    run = replace(run, city=city)
    pool = ThreadPoolExecutor(settings.download_workers)
    try:
        planned = list(pool.map(lambda dataset: _reading(run, dataset, known), datasets))
    finally:
        # A run that is terminated does not wait for a portal that hangs.
        pool.shutdown(wait=False, cancel_futures=True)
    readings = tuple(one for one in planned if isinstance(one, Reading))
    skipped = tuple(one for one in planned if isinstance(one, Skipped))
    return Plan(
        run.load_run_id, options, city, readings, skipped, boundaries, notices, run.started_at
    ).checked()


def _boundaries(portal: Portal, city: City) -> tuple[Boundaries | None, tuple[str, ...]]:
    """The published areas, or a notice: without them a run goes on with those that are stored."""
    try:
        return fetch_boundaries(portal, city), ()
    except PortalError as error:
        return None, (f"the boundaries could not be read: {error}",)


def _memory(run: Run) -> tuple[dict[str, Known], tuple[str, ...]]:
    if not run.settings.socrata_app_token.get_secret_value():
        log.info("no SOCRATA_APP_TOKEN: the portal may throttle")
    known = runs.known_datasets(run.connection)
    if known and runs.is_empty(run.connection):
        return {}, ("the tables are empty although earlier runs filled them: everything is read",)
    return known, ()


def _reading(run: Run, dataset: Dataset, known: dict[str, Known]) -> Reading | Skipped:
    schema = run.city.schemas[dataset.schema_name]
    try:
        with Portal(run.settings) as portal:
            return plan_reading(portal, run, dataset, schema, known.get(dataset.id, Known()))
    except IngestError as error:
        if not is_of_one_dataset(error):
            raise
        log.error("%s is skipped: %s", dataset.title, error)  # noqa: TRY400  # foreseen: no traceback
        return Skipped(dataset, error)


def plan_reading(portal: Portal, run: Run, dataset: Dataset, schema: Schema, known: Known) -> Reading:
    """Ask the portal what it has and decide what to read. Raises PortalError or DataError."""
    total, newest = _size(portal, dataset, run.options.now)
    lost = _lost(dataset, total, known, run.city.limits.shrunk_share)
    if _is_unchanged(known, run.options, total, newest):
        unchanged = Reading(dataset, BEGINNING, total, newest, 0, {}, is_due=False, lost=lost, known=known)
        return replace(unchanged, transport=portal.transport)
    columns, missing, added = match_columns(dataset, schema, portal.columns(dataset.id))
    start = _start(run.settings, known, run.options, missing)
    expected = portal.count(dataset.id, f":updated_at >= '{start}'") if start else total
    if unstamped := portal.count(dataset.id, ":updated_at IS NULL"):
        raise PortalError(f"{dataset.id}: {unstamped} rows have no :updated_at: the portal is broken")
    reading = Reading(dataset, start, total, newest, expected, columns, missing, added, known=known)
    return replace(reading, lost=lost, transport=portal.transport)


def _size(portal: Portal, dataset: Dataset, now: datetime) -> tuple[int, datetime | None]:
    row = portal.only_row(dataset.id, Query("count(*) as rows,max(:updated_at) as newest"))
    newest = from_portal(row.get("newest"))
    if newest and newest > now + timedelta(days=1):
        log.warning("%s: the portal's newest update time is %s", dataset.id, newest)
    # A time ahead of the run's own would let the next run begin after updates that it has not seen.
    return int(row["rows"]), newest if newest and newest <= now else None


def _lost(dataset: Dataset, total: int, known: Known, limit: float) -> int:
    """How many rows fewer the portal has than the last time. Raises DataError when they are too many."""
    before = known.watermark.source_row_count if known.watermark else 0
    lost = before - total
    if lost > max(FEW_ROWS, before * limit):
        raise DataError(
            f"{dataset.id} ({dataset.title}) shrank from {before} to {total} rows, more than {limit:.0%}: "
            "nothing of it was changed. If the city meant it, run with a higher SHRUNK_SHARE_LIMIT and "
            "--reconcile."
        )
    return max(0, lost)


def _is_unchanged(known: Known, options: Options, total: int, newest: datetime | None) -> bool:
    mark = known.watermark
    if mark is None or options.reads_everything or options.since or known.missing_columns:
        return False
    return newest == mark.source_updated_at and total == mark.source_row_count


def _start(settings: Settings, known: Known, options: Options, missing: tuple[str, ...]) -> str:
    if options.since:
        return portal_time(options.since)
    has_returned = bool(known.missing_columns - set(missing))
    if known.watermark is None or options.reads_everything or has_returned:
        return BEGINNING
    overlap = timedelta(hours=settings.socrata_overlap_hours)
    return portal_time(known.watermark.source_updated_at - overlap)


def match_columns(
    dataset: Dataset, schema: Schema, published: frozenset[str]
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Columns to read, columns that the portal lost, columns that no schema names.

    Raises DataError, with names, when a required one is missing.
    """
    found = {
        name: next((source for source in sources if source in published), None)
        for name, sources in schema.columns.items()
    }
    columns = {name: source for name, source in found.items() if source}
    missing = tuple(sorted(schema.columns.keys() - columns.keys()))
    added = tuple(sorted(name for name in published - schema.sources if not name.startswith(":")))
    if lost := sorted(schema.required.intersection(missing)):
        names = ", ".join(f"{name} (expected as {' or '.join(schema.columns[name])})" for name in lost)
        raise DataError(
            f"{dataset.id} ({dataset.title}) has lost the required column {names}; nothing of it was "
            f"changed. Columns it has that the city does not declare: {', '.join(added) or 'none'}"
        )
    if missing:
        log.warning("%s has lost the columns %s; their stored values stay", dataset.id, ", ".join(missing))
    return columns, missing, added
