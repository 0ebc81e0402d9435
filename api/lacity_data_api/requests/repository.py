from __future__ import annotations

from typing import Any

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.queries import Query, written, written_list
from lacity_data_api.requests.cursor import Cursor
from lacity_data_api.requests.filters import RequestFilter, Where, where

MOST_REQUESTS = 100_000
NEWEST_FIRST = "created_date DESC, request_id DESC"
CREATED = ("created_date",)
CREATED_OR_CLOSED = ("created_date", "closed_date")

# An unknown code never makes a request vanish: names are joined from the left.
ITEMS = """
SELECT r.request_id AS "requestId", r.srnumber, r.council_id AS "councilId",
       coalesce(c.council_name, '') AS "councilName", r.type_id AS "typeId",
       coalesce(t.type_name, '') AS "typeName", r.agency_id AS "agencyId",
       coalesce(a.agency_name, '') AS "agencyName", r.source_id AS "sourceId",
       coalesce(s.source_name, '') AS "sourceName", r.created_date AS "createdDate",
       r.closed_date AS "closedDate", r.address, r.latitude, r.longitude
  FROM {rows} AS r
  LEFT JOIN councils c USING (council_id)
  LEFT JOIN request_types t USING (type_id)
  LEFT JOIN agencies a ON a.agency_id = r.agency_id
  LEFT JOIN sources s USING (source_id)
"""

FOUND = "(SELECT * FROM service_requests WHERE {where})"
ONE = "SELECT row_to_json(item)::text AS body FROM ({items}) AS item"

# A full page may be followed by another: its last row says where that begins.
PAGE = """
WITH page AS MATERIALIZED (
    SELECT * FROM service_requests WHERE {where} ORDER BY {order} OFFSET :skip LIMIT :limit
)
SELECT (SELECT '[' || coalesce(string_agg(row_to_json(item)::text, ','), '') || ']'
          FROM ({items} ORDER BY r.created_date DESC, r.request_id DESC) AS item) AS body,
       (SELECT (extract(epoch FROM created_date) * 1000000)::bigint || '.' || request_id
          FROM page ORDER BY {order} OFFSET greatest(CAST(:limit AS bigint), 1) - 1 LIMIT 1) AS next_cursor
"""
AFTER = "(created_date, request_id) < (:after_date, :after_id)"

PINS = """
SELECT request_id AS "requestId", type_id AS "typeId", latitude, longitude
  FROM service_requests WHERE {where} ORDER BY {order} LIMIT 100000
"""

OPEN_PINS = """
SELECT request_id AS "requestId", type_id AS "typeId", latitude, longitude
  FROM service_requests WHERE closed_date IS NULL ORDER BY request_id DESC
"""

OPEN_PINS_AS_GEOJSON = """
SELECT '{"type":"FeatureCollection","features":[' || coalesce(string_agg(
           '{"type":"Feature","properties":{"request_id":' || request_id || ',"type_id":' || type_id
           || '},"geometry":{"type":"Point","coordinates":[' || longitude || ',' || latitude || ']}}', ','
       ), '') || ']}' AS body
  FROM (SELECT request_id, type_id, longitude, latitude
          FROM service_requests WHERE closed_date IS NULL ORDER BY request_id DESC) AS pin
"""


def _page(wanted: Where, skip: int, limit: int, after: Cursor | None) -> Query:
    sql, parameters = wanted.sql, wanted.parameters | {"skip": skip, "limit": limit}
    if after is not None:
        sql = f"{sql}\n   AND {AFTER}"
        parameters |= {"after_date": after.created_date, "after_id": after.request_id}
    statement = PAGE.format(where=sql, order=NEWEST_FIRST, items=ITEMS.format(rows="page"))
    return Query(statement, parameters)


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


def pins(wanted: RequestFilter) -> Question:
    """At most 100,000 points, newest first."""
    found = where(wanted)
    query = written_list(PINS.format(where=found.sql, order=NEWEST_FIRST), **found.parameters)
    return Question("requests/pins", query, wanted.given)


def open_pins() -> Question:
    return Question("requests/pins/open", written_list(OPEN_PINS), ttl_seconds=DAY_SECONDS)


def open_pins_as_geojson() -> Question:
    query = written(OPEN_PINS_AS_GEOJSON)
    return Question("requests/pins/open/geojson", query, ttl_seconds=DAY_SECONDS)


def _one(condition: str, **parameters: Any) -> Query:
    return written(ONE.format(items=ITEMS.format(rows=FOUND.format(where=condition))), **parameters)


def by_id(request_id: int) -> Question:
    query = _one("request_id = :request_id", request_id=request_id)
    return Question("request", query, {"id": request_id}, is_shared=False)


def by_srnumber(srnumber: str) -> Question:
    query = _one("srnumber = :srnumber", srnumber=srnumber)
    return Question("request/srnumber", query, {"srnumber": srnumber}, is_shared=False)
