from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.db import Database
from lacity_data_api.queries import Query, bound, written
from lacity_data_api.requests import statements
from lacity_data_api.requests.cursor import Cursor
from lacity_data_api.requests.filters import RequestFilter, Where, where

MOST_REQUESTS = 100_000
CREATED = ("created_date",)
CREATED_OR_CLOSED = ("created_date", "closed_date")


def _page(wanted: Where, skip: int, limit: int, after: Cursor | None) -> Query:
    sql, parameters = wanted.sql, wanted.parameters | {"skip": skip, "limit": limit}
    if after is not None:
        sql = f"{sql}\n   AND {statements.AFTER}"
        parameters |= {"after_date": after.created_date, "after_id": after.request_id}
    return Query(statements.page(sql), parameters)


def created(
    wanted: RequestFilter, skip: int, limit: int, after: Cursor | None = None, next_page: str = ""
) -> Question:
    """Requests created on the days asked for, newest first."""
    return _listed("requests", wanted, CREATED, skip, limit, after, next_page)


def updated(
    wanted: RequestFilter, skip: int, limit: int, after: Cursor | None = None, next_page: str = ""
) -> Question:
    """Requests created or closed on the days asked for, newest first."""
    return _listed("requests/updated", wanted, CREATED_OR_CLOSED, skip, limit, after, next_page)


def _listed(
    route: str,
    wanted: RequestFilter,
    dated_by: tuple[str, ...],
    skip: int,
    limit: int,
    after: Cursor | None,
    next_page: str,
) -> Question:
    parameters = wanted.given | {"skip": skip, "limit": limit, "after": after}
    return Question(
        route, _page(where(wanted, dated_by), skip, limit, after), parameters, next_page=next_page
    )


async def streamed(
    database: Database, wanted: RequestFilter, dated_by: tuple[str, ...]
) -> AsyncGenerator[list[str], None]:
    """All requests found, newest first, as JSON objects in batches."""
    found = where(wanted, dated_by)
    async with aclosing(database.stream(bound(statements.stream(found.sql), found.parameters))) as batches:
        async for rows in batches:
            yield [row["json"] for row in rows]


def pins(wanted: RequestFilter) -> Question:
    """At most 100,000 points, newest first."""
    found = where(wanted)
    query = written(statements.pins(found.sql, MOST_REQUESTS), **found.parameters)
    return Question("requests/pins", query, wanted.given)


def open_pins() -> Question:
    return Question("requests/pins/open", written(statements.open_pins()), ttl_seconds=DAY_SECONDS)


def open_pins_as_geojson() -> Question:
    query = written(statements.open_pins_as_geojson())
    return Question("requests/pins/open/geojson", query, ttl_seconds=DAY_SECONDS)


def _one(condition: str, **parameters: Any) -> Query:
    return written(statements.one(condition), **parameters)


def by_id(request_id: int) -> Question:
    query = _one("request_id = :request_id", request_id=request_id)
    return Question("request", query, {"id": request_id}, is_shared=False)


def by_srnumber(srnumber: str) -> Question:
    query = _one("srnumber = :srnumber", srnumber=srnumber)
    return Question("request/srnumber", query, {"srnumber": srnumber}, is_shared=False)
