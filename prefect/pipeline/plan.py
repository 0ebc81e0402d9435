"""What to read of a dataset tonight: from which row on, and which columns."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.catalog import Catalog, Dataset, Schema
from pipeline.config import Settings
from pipeline.errors import DataError, SourceError
from pipeline.options import Options
from pipeline.socrata import Portal

log = logging.getLogger(__name__)
BEGINNING = ""
FEW_ROWS = 20
"""So few rows gone or refused never stop a night, whatever their share."""


@dataclass(frozen=True)
class Watermark:
    """The last row that a merged run has seen of a dataset, and how many rows the portal had then."""

    source_updated_at: datetime
    source_row_id: str
    source_row_count: int


@dataclass(frozen=True)
class Known:
    """What the database remembers of a dataset."""

    watermark: Watermark | None = None
    missing_columns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """One dataset's work for tonight. ``start`` is a portal time, or empty for everything.

    ``columns`` maps a column of ``requests`` to the portal's; ``missing`` are those that the portal lost;
    ``lost`` is how many rows it has fewer than the last time.
    """

    dataset: Dataset
    start: str
    total: int
    newest: datetime | None
    expected: int
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    is_due: bool = True
    known_newest: datetime | None = None
    lost: int = 0

    @property
    def is_seamless(self) -> bool:
        """Whether it begins no later than the last merged run ended: else rows between are still unread."""
        start = from_portal(self.start)
        return start is None or (self.known_newest is not None and start <= self.known_newest)

    @property
    def where(self) -> str | None:
        return f":updated_at >= '{self.start}'" if self.start else None


def portal_time(moment: datetime) -> str:
    """A time as the portal writes its own update times: UTC, milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def from_portal(text: str | None) -> datetime | None:
    """The moment of a portal's text. Raises SourceError when it is none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise SourceError(f"the portal's update time {text!r} is not a time") from error


def plan_reading(
    portal: Portal, settings: Settings, catalog: Catalog, dataset: Dataset, known: Known, options: Options
) -> Reading:
    """Ask the portal what it has and decide what to read. Raises SourceError or DataError."""
    total, newest = _size(portal, dataset, options.now)
    lost = _check_size(dataset, total, known, settings)
    if _is_unchanged(known, options, total, newest):
        return Reading(dataset, BEGINNING, total, newest, 0, {}, is_due=False, lost=lost)
    schema = catalog.schemas[dataset.schema_name]
    columns, missing, added = match_columns(dataset, schema, portal.columns(dataset.id))
    start = _start(settings, known, options, missing)
    expected = count(portal, dataset, f":updated_at >= '{start}'") if start else total
    unstamped = count(portal, dataset, ":updated_at IS NULL")
    if unstamped:
        raise SourceError(f"{dataset.id}: {unstamped} rows have no :updated_at, so the portal is in trouble")
    known_newest = known.watermark.source_updated_at if known.watermark else None
    return Reading(
        dataset, start, total, newest, expected, columns, missing, added, known_newest=known_newest, lost=lost
    )


def count(portal: Portal, dataset: Dataset, where: str | None = None) -> int:
    """How many rows the portal says it has."""
    return int(_first(portal, dataset, select="count(*) as rows", where=where)["rows"])


def _first(portal: Portal, dataset: Dataset, **question: object) -> dict[str, str]:
    answer = portal.rows(dataset.id, **question)
    if not answer or any(row != answer[0] for row in answer):
        raise SourceError(f"{dataset.id}: the portal answered {len(answer)} rows to a count")
    return answer[0]


def _size(portal: Portal, dataset: Dataset, now: datetime) -> tuple[int, datetime | None]:
    answer = _first(portal, dataset, select="count(*) as rows,max(:updated_at) as newest")
    newest = from_portal(answer.get("newest"))
    if newest and newest > now + timedelta(days=1):
        log.warning("%s: the portal's newest update time is %s", dataset.id, newest)
    # A time ahead of the run's own would let the next night begin after updates that it has not seen.
    return int(answer["rows"]), newest if newest and newest <= now else None


def _check_size(dataset: Dataset, total: int, known: Known, settings: Settings) -> int:
    """How many rows fewer the portal has than the last time. Raises DataError when they are too many."""
    before = known.watermark.source_row_count if known.watermark else 0
    lost = before - total
    if lost > max(FEW_ROWS, before * settings.shrunk_share_limit):
        raise DataError(
            f"{dataset.id} ({dataset.title}) shrank from {before} to {total} rows, more than "
            f"{settings.shrunk_share_limit:.0%}: nothing was changed. If the city meant it, "
            "run with a higher SHRUNK_SHARE_LIMIT and --reconcile."
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
    """Columns to read, columns that the portal lost, columns that nobody declared.

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
            f"{dataset.id} ({dataset.title}) has lost the required column {names}; nothing was changed. "
            f"Columns it has that the catalog does not know: {', '.join(added) or 'none'}"
        )
    if missing:
        log.warning("%s has lost the columns %s; their stored values stay", dataset.id, ", ".join(missing))
    return columns, missing, added
