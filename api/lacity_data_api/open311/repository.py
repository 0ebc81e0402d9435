from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from lacity_data_api.city.facts import Rollup
from lacity_data_api.open311 import statements
from lacity_data_api.open311.filters import RequestsFilter, where
from lacity_data_api.params import Include
from lacity_data_api.requests.cursor import Cursor
from lacity_data_api.requests.filters import has_id
from lacity_data_api.statements import DAY_SECONDS, LIST, Query, Statement, Where

NO_SUCH_SERVICE = "service_code: there is no such service"
AS_GIVEN = "array_position(CAST(:srnumbers AS text[]), srnumber)"
NOTHING = Where("false")
NO_SUCH_REQUEST = "service_request_id: there is no such request"


class Bounds(NamedTuple):
    """The rows of a page: after one bound, up to and including the other; None means unbounded."""

    after: Cursor | None = None
    last: Cursor | None = None


def services(*, has_information: bool, **form: Any) -> Query:
    condition = "true" if has_information else "NOT is_information"
    return Query(statements.services(condition), ttl_seconds=DAY_SECONDS, **form)


def definition(type_id: int, **form: Any) -> Query:
    values = {"type_id": type_id}
    return Query(statements.DEFINITION, values, is_shared=False, missing=NO_SUCH_SERVICE, **form)


def newest(wanted: RequestsFilter, limit: int, *, is_extended: bool, **form: Any) -> Query:
    """The newest requests that match, newest first."""
    condition = where(wanted)
    sql = statements.requests(condition.sql, statements.NEWEST_FIRST, is_extended=is_extended)
    return Query(LIST.format(sql=sql), {**condition.values, "limit": limit}, **form)


def one(numbers: list[str], *, is_extended: bool, **form: Any) -> Query:
    """A list of one: the request with this number, if it exists; else with the number without its ``C-``."""
    condition = where(RequestsFilter(numbers=numbers))
    sql = statements.one(condition.sql, AS_GIVEN, is_extended=is_extended)
    values = {**condition.values, "limit": 1}
    return Query(sql, values, is_shared=False, missing=NO_SUCH_REQUEST, **form)


def page(
    wanted: RequestsFilter, bounds: Bounds | None, size: int, *, is_extended: bool, **form: Any
) -> Query:
    """The requests between these bounds, oldest first; none without bounds.

    A page that ends at a bookmark has all requests up to it, regardless of changes in the meantime.
    """
    condition = where(wanted) & (NOTHING if bounds is None else _between(bounds))
    limit = None if bounds and bounds.last else size
    sql = statements.requests(condition.sql, statements.OLDEST_FIRST, is_extended=is_extended)
    return Query(LIST.format(sql=sql), {**condition.values, "limit": limit}, **form)


def _between(bounds: Bounds) -> Where:
    after, last = bounds
    parts = []
    if after is not None:
        parts.append(
            Where(statements.AFTER, {"after_date": after.created_date, "after_id": after.request_id})
        )
    if last is not None:
        parts.append(Where(statements.UP_TO, {"last_date": last.created_date, "last_id": last.request_id}))
    return Where.all_of(parts)


def ends_after(wanted: RequestsFilter, after: Cursor | None, rows: int) -> Statement:
    """The first and the last of at most ``rows`` rows after this cursor."""
    condition = where(wanted) & _between(Bounds(after))
    return Statement(statements.ends(condition.sql), {**condition.values, "skip": 0, "rows": rows})


def ends_from(wanted: RequestsFilter, day: dt.date, skip: int, rows: int) -> Statement:
    """The first and the last of at most ``rows`` rows, skipping ``skip`` rows from the start of a day."""
    condition = where(wanted) & Where(statements.SINCE_DAY, {"day": day})
    return Statement(statements.ends(condition.sql), {**condition.values, "skip": skip, "rows": rows})


def _whole_days(first: dt.datetime, end: dt.datetime) -> tuple[dt.date, dt.date, list[str]]:
    """The first whole day, the day after the last, and the conditions for the partial days around them."""
    begins_late, ends_late = first.time() != dt.time(), end.time() != dt.time()
    edges = [statements.FIRST_DAY] * begins_late + [statements.LAST_DAY] * ends_late
    return first.date() + dt.timedelta(days=begins_late), end.date(), edges


def days(wanted: RequestsFilter, rollup: Rollup | None) -> Query:
    """The number of requests per day, oldest first; from a rollup if possible."""
    condition = where(wanted)
    begin, until = wanted.requested
    if rollup is None or begin is None or until is None or not wanted.is_by_day_and_type:
        return Query(statements.days(condition.sql), condition.values)
    first, end, edges = _whole_days(begin, until)
    measures = "requests" if wanted.information is Include.EXCLUDE else "requests + information"
    of_types = Where() if wanted.type_ids is None else has_id("type_id", wanted.type_ids)
    sql = statements.days_by_rollup(condition.sql, edges, rollup.table, measures, of_types.sql)
    values = condition.values if edges else of_types.values
    return Query(sql, {**values, "first_day": first, "last_day": end}, is_shared=False)
