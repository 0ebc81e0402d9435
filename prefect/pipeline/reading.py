"""Decides what to read from a dataset: the starting row and the columns."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.config import Settings
from pipeline.declaration import Dataset, Schema
from pipeline.errors import DataError, PortalError
from pipeline.options import Options
from pipeline.plan import BEGINNING, FEW_ROWS, DatasetState, Reading, from_portal, portal_time
from pipeline.query import Query
from pipeline.responses import shape_errors
from pipeline.runs import Run
from pipeline.socrata import Portal

log = logging.getLogger(__name__)


def plan_reading(portal: Portal, run: Run, dataset: Dataset, schema: Schema, known: DatasetState) -> Reading:
    """Query the portal's state and decide what to read. Raises PortalError or DataError."""
    known = replace(known, missing_columns=known.missing_columns & schema.stored)
    total, newest = _size(portal, dataset, run.options.now)
    lost = _lost(dataset, total, known, run.city.limits.shrunk_share)
    if _is_unchanged(known, run.options, total, newest):
        unchanged = Reading(dataset, BEGINNING, total, newest, 0, {}, is_due=False, lost=lost, known=known)
        return replace(unchanged, transport=portal.transport)
    published = portal.columns(dataset.id)
    columns, missing, added = match_columns(dataset, schema, published)
    kept, lost_kept = _match_kept(dataset, schema, published)
    start = _start(run.settings, known, run.options, (*missing, *(("kept",) if lost_kept else ())))
    if unstamped := portal.count(dataset.id, ":updated_at IS NULL"):
        raise PortalError(
            f"{dataset.id}: {unstamped} rows have no :updated_at; the portal may still be publishing"
        )
    reading = Reading(dataset, start, total, newest, total, columns, missing, added, known=known)
    window = _window(run, dataset, columns)
    reading = replace(reading, lost=lost, kept=kept, lost_kept=lost_kept, window=window)
    expected = portal.count(dataset.id, reading.where) if reading.where else total
    return replace(reading, expected=expected, transport=portal.transport)


def _window(run: Run, dataset: Dataset, columns: Mapping[str, str]) -> str:
    """The condition for the chosen years; empty if none are chosen, or if the whole dataset is read."""
    years = run.options.years
    # In a city with one dataset per year, datasets are read whole: the newest has no last day yet.
    is_yearly = run.city.has_yearly_datasets
    if not years or is_yearly or dataset.is_within(years):
        return ""
    created = columns["createddate"]
    spans = (
        f"({created} >= '{year}-01-01T00:00:00.000' AND {created} < '{year + 1}-01-01T00:00:00.000')"
        for year in years
    )
    return f"({' OR '.join(spans)})"


def _size(portal: Portal, dataset: Dataset, now: datetime) -> tuple[int, datetime | None]:
    row = portal.only_row(dataset.id, Query("count(*) as rows,max(:updated_at) as newest"))
    with shape_errors(dataset.id):
        total, newest = int(row["rows"]), from_portal(row.get("newest"))
    if newest and newest > now + timedelta(days=1):
        log.warning("%s: the portal's newest update time, %s, is in the future", dataset.id, newest)
    # A watermark in the future would make the next run skip updates that have not been read.
    return total, newest if newest and newest <= now else None


def _lost(dataset: Dataset, total: int, known: DatasetState, limit: float) -> int:
    """How many fewer rows the portal has than last time. Raises DataError if too many are gone."""
    before = known.watermark.source_row_count if known.watermark else 0
    lost = before - total
    if lost > max(FEW_ROWS, before * limit):
        raise DataError(
            f"{dataset.id} ({dataset.title}) shrank from {before} to {total} rows, more than {limit:.0%}: "
            "its stored rows were not changed. If the city removed them on purpose, run with a higher "
            "SHRUNK_SHARE_LIMIT and --reconcile."
        )
    return max(0, lost)


def _is_unchanged(known: DatasetState, options: Options, total: int, newest: datetime | None) -> bool:
    mark = known.watermark
    if mark is None or options.reads_everything or options.since or known.missing_columns:
        return False
    return newest == mark.source_updated_at and total == mark.source_row_count


def _start(settings: Settings, known: DatasetState, options: Options, missing: tuple[str, ...]) -> str:
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
    """Columns to read, columns that the portal lost, and columns that the schema does not name.

    Raises DataError, which names them, if required columns are missing.
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
            f"{dataset.id} ({dataset.title}) has lost the required column {names}; its stored rows were not "
            f"changed. Columns that it has and the city does not declare: {', '.join(added) or 'none'}"
        )
    if missing:
        log.warning(
            "%s has lost the columns %s; their stored values are kept", dataset.id, ", ".join(missing)
        )
    return columns, missing, added


def _match_kept(
    dataset: Dataset, schema: Schema, published: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns that keep their own names, and those of them that the portal lost."""
    lost = tuple(name for name in schema.kept if name not in published)
    if lost:
        log.warning("%s has lost the columns %s; their stored values are kept", dataset.id, ", ".join(lost))
    return tuple(name for name in schema.kept if name in published), lost
