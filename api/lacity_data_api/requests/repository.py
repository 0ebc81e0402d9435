from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from lacity_data_api.database import Database
from lacity_data_api.params import srnumber_forms
from lacity_data_api.requests import statements
from lacity_data_api.requests.cursor import Cursor
from lacity_data_api.requests.filters import RequestFilter, searched, where
from lacity_data_api.statements import DAY_SECONDS, Form, Query, Statement, Where

MAX_REQUESTS = 100_000
CREATED = ("created_date",)
CREATED_OR_CLOSED = ("created_date", "closed_date")


def as_list(items: bytes) -> bytes:
    return b"[%b]" % items


def as_collection(features: bytes) -> bytes:
    return b'{"type":"FeatureCollection","features":[%b]}' % features


LIST, COLLECTION = Form(write=as_list), Form(write=as_collection)


def page(
    wanted: RequestFilter,
    date_columns: tuple[str, ...],
    *,
    skip: int,
    limit: int,
    after: Cursor | None = None,
    next_page: str,
) -> Query:
    """Requests with one of these dates in the filter's period, newest first."""
    condition = where(wanted, date_columns) & searched(wanted)
    if after is not None:
        condition &= Where(statements.AFTER, {"after_date": after.created_date, "after_id": after.request_id})
    values = {**condition.values, "skip": skip, "limit": limit}
    sql = statements.page(condition.sql, is_later=skip > 0)
    return Query(sql, values, next_page=next_page, form=LIST)


async def stream(
    database: Database, wanted: RequestFilter, date_columns: tuple[str, ...]
) -> AsyncGenerator[list[str], None]:
    """The same without paging: JSON objects in batches."""
    condition = where(wanted, date_columns)
    statement = Statement(statements.stream(condition.sql), condition.values)
    async with aclosing(database.stream(statement)) as batches:
        async for rows in batches:
            yield [row["json"] for row in rows]


def pins(wanted: RequestFilter) -> Query:
    """At most 100,000 points, newest first."""
    condition = where(wanted)
    return Query(statements.pins(condition.sql, MAX_REQUESTS), condition.values, form=LIST)


def open_pins() -> Query:
    return Query(statements.open_pins(), ttl_seconds=DAY_SECONDS, form=LIST)


def open_pins_as_geojson() -> Query:
    return Query(statements.open_pins_as_geojson(), ttl_seconds=DAY_SECONDS, form=COLLECTION)


def by_id(request_id: int) -> Query:
    sql = statements.one("request_id = :request_id")
    return Query(sql, {"request_id": request_id}, is_shared=False)


def by_srnumber(srnumber: str) -> Query:
    """The request with this number, if it exists; else with the number without its ``C-``."""
    forms = "CAST(:srnumbers AS text[])"
    sql = statements.one(f"srnumber = ANY ({forms})", f"array_position({forms}, srnumber)")
    return Query(sql, {"srnumbers": srnumber_forms(srnumber)}, is_shared=False)
