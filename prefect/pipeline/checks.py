"""Checks of a run's changes and their result, made inside its transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pipeline.database import fetch, fetch_one
from pipeline.job import Job
from pipeline.plan import FEW_ROWS
from pipeline.quality import NOTICE, Check, Status, share_check
from pipeline.result import WriteResult
from pipeline.row_checks import row_checks
from pipeline.swap import identifiers


def merge_checks(job: Job, written: WriteResult, usual: Mapping[str, float | None]) -> tuple[Check, ...]:
    """Every check of a merge that is written but not committed; ``usual`` comes from ``usual_shares``."""
    latest = job.plan.options.now.replace(tzinfo=None) + timedelta(days=job.city.limits.future_days)
    return (
        *_polygons(job, written),
        *_new_codes(written),
        *_equal_names(job),
        *row_checks(job, usual, latest),
        *_unread_growth(job),
        _newest(job, written, latest),
        _weekday(job, written, latest),
        _unserved(job, written),
    )


def _polygons(job: Job, written: WriteResult) -> Iterator[Check]:
    """Stored polygons stay if the published ones cannot be used; if there are none, the run fails."""
    boundaries, refreshed = job.plan.boundaries, written.boundaries
    if boundaries is not None:
        status: Status = "ok" if not refreshed.problem else "warn" if refreshed.stored_before else "fail"
        meaning = refreshed.problem or "readable, inside the city's bounds, none of the areas lost"
        value = f"{len(boundaries.areas)} published"
        yield Check("boundaries", status, value, "fails if none is stored and none is usable", meaning)
    for notice in refreshed.notices:
        yield Check(NOTICE, "warn", "", meaning=notice)


def _new_codes(written: WriteResult) -> Iterator[Check]:
    for table, codes in written.new_codes.items():
        meaning = ", ".join(repr(code) for code in codes)
        yield Check(f"new {table.replace('_', ' ')}", "warn", str(len(codes)), "", meaning)


def _equal_names(job: Job) -> Iterator[Check]:
    """Areas that only differ in their codes: menus and figures show the same name twice."""
    for row in fetch(job.connection, "quality/equal_names"):
        meaning = (
            f"the areas {', '.join(row['codes'])} have the same name; [names.area] in city.toml can change it"
        )
        yield Check(f"areas named {row['name']}", "warn", str(len(row["codes"])), "warns above 1", meaning)


def _unread_growth(job: Job) -> Iterator[Check]:
    """Rows that the portal counts but the run could not find."""
    for download in job.downloads:
        if download.reading.is_due:
            name, total = f"{download.reading.dataset.title}: unread growth", download.reading.total
            meaning = "additional rows on the portal that the run did not find"
            yield share_check(name, download.unread, total, job.city.limits.grown_share, meaning)


def _newest(job: Job, written: WriteResult, latest: datetime) -> Check:
    """The age of the newest request; rows dated in the future do not hide that the data is old.

    The check fails only if the data was fresh at the last load, so that historic data can be loaded.
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


def _weekday(job: Job, written: WriteResult, latest: datetime) -> Check:
    """The newest whole day, compared with the same weekday of the eight weeks before."""
    tables = identifiers(job.catalog, written.new_tables)
    row = fetch_one(job.connection, "quality/weekday", {"latest": latest}, **tables)
    name = "requests on the newest whole day"
    warns, fails = job.city.limits.daily_factor_warn, job.city.limits.daily_factor_fail
    limits = f"warns above {warns:g} times or below 1/{warns:g} of the usual, fails above {fails:g} times"
    if row["usual"] is None:
        return Check(name, "ok", "unknown", limits, "too little history")
    requests, usual = int(row["requests"]), float(row["usual"])
    is_odd = requests > usual * warns + FEW_ROWS or requests * warns + FEW_ROWS < usual
    status: Status = "warn" if is_odd else "ok"
    if requests > usual * fails + FEW_ROWS:
        status = "fail"
    return Check(name, status, f"{requests:,}", limits, f"{row['day']}: usually {usual:,.0f}")


def _unserved(job: Job, written: WriteResult) -> Check:
    row = fetch_one(job.connection, "quality/unserved", None, **identifiers(job.catalog, written.new_tables))
    rows = int(row["rows"])
    meaning = "rows of this run that are stored but not served; --full repairs this"
    return Check("stored but not served", "fail" if rows else "ok", str(rows), "fails above 0", meaning)
