"""Checks of what a run would change and leave behind, from inside its transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline.database import fetch, fetch_one
from pipeline.job import Job
from pipeline.plan import FEW_ROWS
from pipeline.quality import Check, Status, share_check
from pipeline.result import Written
from pipeline.staging import days
from pipeline.swap import identifiers

# Shares of rows without coordinates: below the first nothing is unusual; the second is the limit where no
# usual share is known.
SHARE_FLOOR, SHARE_WITHOUT_HISTORY = 0.1, 0.5


def usual_shares(job: Job) -> dict[str, float | None]:
    """The stored share of requests without coordinates by dataset; to be asked before anything is written."""
    datasets = [reading.dataset for reading in job.readings]
    values = {"ids": [dataset.id for dataset in datasets], "days": [days([dataset]) for dataset in datasets]}
    return {row["dataset_id"]: row["share"] for row in fetch(job.connection, "quality/usual_shares", values)}


def merge_checks(job: Job, written: Written, usual: Mapping[str, float | None]) -> tuple[Check, ...]:
    """Every check of a merge that is written and not committed; ``usual`` comes from ``usual_shares``."""
    latest = job.plan.options.now.replace(tzinfo=None) + timedelta(days=job.city.limits.future_days)
    counted = _count_changed(job, latest)
    return (
        *_polygons(job, written),
        *_new_codes(written),
        *_changed_rows(job, counted),
        *_unlocated(job, counted, usual),
        *_unread_growth(job),
        _newest(job, written, latest),
        _weekday(job, written, latest),
        _unserved(job, written),
    )


def _polygons(job: Job, written: Written) -> Iterator[Check]:
    """Polygons of before stay where the published ones cannot be used; without any, no run succeeds."""
    boundaries, refreshed = job.plan.boundaries, written.boundaries
    if boundaries is not None:
        status: Status = "ok" if not refreshed.problem else "warn" if refreshed.had else "fail"
        meaning = refreshed.problem or "readable, inside the city's bounds, none of the councils lost"
        value = f"{len(boundaries.areas)} published"
        yield Check("boundaries", status, value, "fails if none is stored and none is usable", meaning)
    for notice in refreshed.notices:
        yield Check("notice", "warn", notice)


def _new_codes(written: Written) -> Iterator[Check]:
    for table, codes in written.new_codes.items():
        meaning = ", ".join(repr(code) for code in codes)
        yield Check(f"new {table.replace('_', ' ')}", "warn", str(len(codes)), "", meaning)


def _count_changed(job: Job, latest: datetime) -> list[dict[str, Any]]:
    """New and changed rows by dataset, and how many of them are doubtful in which way."""
    earliest = datetime(job.city.limits.earliest_closed_year, 1, 1)  # noqa: DTZ001  # local time, as published
    values = {"latest": latest, "earliest_closed": earliest}
    return fetch(job.connection, "quality/changed_rows", values)


def _changed_rows(job: Job, counted: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    limits = job.city.limits
    count: Counter[str] = Counter()
    for row in counted:
        count.update({name: value for name, value in row.items() if name != "dataset_id"})
    rows = count["rows"]
    meaning = "coordinates of new and changed rows; such requests count, without a place"
    outside = limits.outside_bounds_share
    yield share_check("outside the city's bounds", count["outside"], count["located"], outside, meaning)
    for what in ("types", "agencies"):
        meaning = f"new and changed rows of {what} that nobody has reviewed"
        unreviewed = count[f"unreviewed_{what}"]
        yield share_check(f"unreviewed {what}", unreviewed, rows, limits.unreviewed_share, meaning)
    early = f"closed before {limits.earliest_closed_year}"
    yield _wrong_dates("created in the future", count["created_in_the_future"], rows, limits.rejected_share)
    yield _wrong_dates("closed in the future", count["closed_in_the_future"], rows, limits.rejected_share)
    yield _wrong_dates(early, count["closed_too_early"], rows, limits.rejected_share)


def _wrong_dates(name: str, count: int, rows: int, limit: float) -> Check:
    """Even one wrong date is worth a warning."""
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
        meaning = f"new and changed rows; {expected}; they count, without a place"
        yield share_check(name, row["unlocated"], row["requests"], limit, meaning)


def _unread_growth(job: Job) -> Iterator[Check]:
    """Rows that the portal counts and the run could not find."""
    for download in job.downloads:
        if download.reading.is_due:
            name, total = f"{download.reading.dataset.title}: unread growth", download.reading.total
            meaning = "rows that the portal has more than before and that the run did not find"
            yield share_check(name, download.unread, total, job.city.limits.grown_share, meaning)


def _newest(job: Job, written: Written, latest: datetime) -> Check:
    """The age of the newest request; rows of the future do not hide that the data are old.

    It fails where the last run could load fresh data; data that were old then are history.
    """
    limits, now = job.city.limits, job.plan.options.now.replace(tzinfo=None)
    row = fetch_one(
        job.connection, "quality/newest", {"latest": latest}, **identifiers(job.catalog, written.new_tables)
    )
    text = f"warns after {limits.newest_age_days_warn} days, fails after {limits.newest_age_days_fail}"
    newest, before = row["created_date"], row["last_loaded_at"]
    if newest is None:
        return Check("newest request", "warn", "none", text, "no request is served")
    age = (now - newest).days
    status: Status = "warn" if age > limits.newest_age_days_warn else "ok"
    was_fresh = before is not None and (before - newest).days <= limits.newest_age_days_fail
    if age > limits.newest_age_days_fail and was_fresh:
        status = "fail"
    return Check("newest request", status, f"{newest:%Y-%m-%d %H:%M}", text, f"{age} days old")


def _weekday(job: Job, written: Written, latest: datetime) -> Check:
    """The newest whole day against the same weekday of the eight weeks before."""
    tables = identifiers(job.catalog, written.new_tables)
    row = fetch_one(job.connection, "quality/weekday", {"latest": latest}, **tables)
    name = "requests on the newest whole day"
    warns, fails = job.city.limits.daily_factor_warn, job.city.limits.daily_factor_fail
    limits = f"warns at {warns:g} times more or less than usual, fails at {fails:g} times more"
    if row["usual"] is None:
        return Check(name, "ok", "unknown", limits, "too little history")
    requests, usual = int(row["requests"]), float(row["usual"])
    is_odd = requests > usual * warns + FEW_ROWS or requests * warns + FEW_ROWS < usual
    status: Status = "warn" if is_odd else "ok"
    if requests > usual * fails + FEW_ROWS:
        status = "fail"
    return Check(name, status, f"{requests:,}", limits, f"{row['day']}: usually {usual:,.0f}")


def _unserved(job: Job, written: Written) -> Check:
    row = fetch_one(job.connection, "quality/unserved", None, **identifiers(job.catalog, written.new_tables))
    rows = int(row["rows"])
    meaning = "rows of this run that are stored and not served; --full repairs it"
    return Check("stored but not served", "fail" if rows else "ok", str(rows), "fails above 0", meaning)
