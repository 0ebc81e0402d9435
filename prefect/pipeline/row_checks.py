"""Checks of the rows that a run adds or changes: their locations, types and dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.database import fetch
from pipeline.job import Job
from pipeline.plan import FEW_ROWS
from pipeline.quality import Check, Status, share_check
from pipeline.staging import days

# Shares of rows without coordinates: below the first nothing is unusual; the second is the limit if no usual
# share is known.
SHARE_FLOOR, SHARE_WITHOUT_HISTORY = 0.1, 0.5


def usual_shares(job: Job) -> dict[str, float | None]:
    """The stored share of requests without coordinates by dataset; call this before anything is written."""
    datasets = [reading.dataset for reading in job.readings]
    values = {"ids": [dataset.id for dataset in datasets], "days": [days([dataset]) for dataset in datasets]}
    return {row["dataset_id"]: row["share"] for row in fetch(job.connection, "quality/usual_shares", values)}


def row_checks(job: Job, usual: Mapping[str, float | None], latest: datetime) -> Iterator[Check]:
    """Checks of new and changed rows; a date after ``latest`` is in the future."""
    counted = _count_changed(job, latest)
    yield from _changed_rows(job, counted)
    yield from _unlocated(job, counted, usual)


def _count_changed(job: Job, latest: datetime) -> list[dict[str, Any]]:
    """New and changed rows by dataset, and how many of them are suspicious, by kind."""
    earliest = datetime(job.city.limits.earliest_closed_year, 1, 1)  # noqa: DTZ001  # local time, as published
    values = {"latest": latest, "earliest_closed": earliest}
    return fetch(job.connection, "quality/changed_rows", values)


def _changed_rows(job: Job, counted: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    limits = job.city.limits
    count: Counter[str] = Counter()
    for row in counted:
        count.update({name: value for name, value in row.items() if name != "dataset_id"})
    rows = count["rows"]
    meaning = "new and changed rows with coordinates outside; they are counted, but without a location"
    outside = limits.outside_bounds_share
    yield share_check("outside the city's bounds", count["outside"], count["located"], outside, meaning)
    for what in ("types", "agencies"):
        meaning = f"new and changed rows of {what} that are not reviewed"
        unreviewed = count[f"unreviewed_{what}"]
        yield share_check(f"unreviewed {what}", unreviewed, rows, limits.unreviewed_share, meaning)
    early = f"closed before {limits.earliest_closed_year}"
    yield _wrong_dates("created in the future", count["created_in_the_future"], rows, limits.rejected_share)
    yield _wrong_dates("closed in the future", count["closed_in_the_future"], rows, limits.rejected_share)
    yield _wrong_dates(early, count["closed_too_early"], rows, limits.rejected_share)


def _wrong_dates(name: str, count: int, rows: int, limit: float) -> Check:
    """Even a single wrong date causes a warning."""
    check = share_check(name, count, rows, limit, "dates of new and changed rows")
    status: Status = "warn" if count and check.status == "ok" else check.status
    limits = f"warns above 0, fails above {limit:.1%} and {FEW_ROWS} rows"
    return Check(name, status, check.value, limits, check.meaning)


def _unlocated(
    job: Job, counted: Sequence[Mapping[str, Any]], usual: Mapping[str, float | None]
) -> Iterator[Check]:
    titles = {reading.dataset.id: reading.dataset.title for reading in job.readings}
    for row in counted:
        share, factor = usual.get(row["dataset_id"]), job.city.limits.unlocated_share_factor
        limit = SHARE_WITHOUT_HISTORY if share is None else min(1.0, max(SHARE_FLOOR, share * factor))
        expected = "no usual share is known" if share is None else f"usually {share:.1%}"
        name = f"{titles.get(row['dataset_id'], row['dataset_id'])}: without coordinates"
        meaning = f"new and changed rows; {expected}; they count, but have no location"
        yield share_check(name, row["unlocated"], row["requests"], limit, meaning)
