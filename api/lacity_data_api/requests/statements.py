"""SQL that writes requests and pins as JSON; ``where`` comes from ``filters``.

Several requests or pins are separated by commas, without brackets: Postgres would copy all to add some.
"""

from __future__ import annotations

from pydantic.alias_generators import to_camel

from lacity_data_api.requests.published import PUBLISHED_TEXTS

# The name of an id, looked up once per id: OFFSET 0 lets the planner memoize the subquery.
NAME = """
  JOIN LATERAL (
       SELECT concat(',"{item}Id":', {item}_id, ',"{item}Name":', to_json({item}_name)) AS json
         FROM {table} WHERE {item}_id = r.{item}_id OFFSET 0
       ) AS {item} ON true"""
TABLES = {"council": "councils", "type": "request_types", "agency": "agencies", "source": "sources"}
NAMES = "".join(NAME.format(item=item, table=table) for item, table in TABLES.items())

ROWS = "SELECT * FROM service_requests WHERE {where} ORDER BY {order} {part}"
# The requests before the page are skipped in an index, if one has all columns of the condition.
LATER_ROWS = """SELECT later.* FROM (
       SELECT request_id FROM service_requests WHERE {where} ORDER BY {order} {part}
       ) AS page JOIN service_requests AS later USING (request_id)"""
# Concatenated as text, because row_to_json over the joined names takes twice as long. OFFSET and LIMIT are in
# the subquery, so that only the rows of the page are joined with names; the planner sees their order.
ITEMS = """
SELECT r.created_date, r.request_id,
       concat('{{"requestId":', r.request_id, ',"srnumber":', to_json(r.srnumber), council.json, type.json,
              agency.json, source.json, ',"createdDate":', to_json(r.created_date), ',"closedDate":',
              coalesce(to_json(r.closed_date), 'null'), ',"address":', coalesce(to_json(r.address), 'null'),
              ',"latitude":', coalesce(r.latitude::text, 'null'),
              ',"longitude":', coalesce(r.longitude::text, 'null'){details}, '}}') AS json
  FROM ({rows}) AS r{names}
 ORDER BY r.created_date DESC, r.request_id DESC
"""
NEWEST_FIRST = "created_date DESC, request_id DESC"
# The outcome, which is only part of a single request.
DETAILS = """,
              ',"isOpen":', r.is_open::text, ',"isDuplicate":', r.is_duplicate::text""" + "".join(
    f""",
              ',"{to_camel(name)}":', coalesce(to_json(r.{name}), 'null')"""
    for name in PUBLISHED_TEXTS
)
ONE = "SELECT json AS body FROM ({items}) AS item"

# A full page may be followed by another: the cursor is its last row.
PAGE = """
SELECT coalesce(string_agg(json, ','), '') AS body,
       (extract(epoch FROM (array_agg(created_date))[CAST(:limit AS integer)]) * 1000000)::bigint
       || '.' || (array_agg(request_id))[CAST(:limit AS integer)] AS next_cursor
  FROM ({items}) AS item
"""
STREAM = "SELECT json FROM ({items}) AS item"
PART = "OFFSET :skip LIMIT :limit"
AFTER = "(created_date, request_id) < (:after_date, :after_id)"

# The function's results for open requests are in their index.
PIN = "pin(request_id, type_id, latitude, longitude)"
FEATURE = """concat('{"type":"Feature","properties":{"request_id":', request_id, ',"type_id":', type_id,
              '},"geometry":{"type":"Point","coordinates":[', longitude, ',', latitude, ']}}')"""
PINS = """
SELECT coalesce(string_agg(json, ','), '') AS body
  FROM (SELECT {pin} AS json FROM service_requests WHERE {where}
         ORDER BY created_date DESC, request_id DESC LIMIT {most}) AS item
"""
# In the order of the covering index: this needs no sort and does not read the table.
OPEN = """
SELECT coalesce(string_agg(json, ','), '') AS body
  FROM (SELECT {json} AS json FROM service_requests
         WHERE is_open AND NOT is_information AND latitude IS NOT NULL ORDER BY request_id DESC) AS item
"""


def _items(where: str, part: str = "", details: str = "", order: str = NEWEST_FIRST, rows: str = ROWS) -> str:
    """Requests, newest first: ``created_date``, ``request_id`` and ``json``."""
    found = rows.format(where=where, order=order, part=part)
    return ITEMS.format(rows=found, names=NAMES, details=details)


def one(where: str, order: str = NEWEST_FIRST) -> str:
    """The first request that matches, with its details."""
    return ONE.format(items=_items(where, "LIMIT 1", DETAILS, order))


def page(where: str, *, is_later: bool) -> str:
    """The first page, or a later one, which skips requests; binds ``skip`` and ``limit``."""
    return PAGE.format(items=_items(where, PART, rows=LATER_ROWS if is_later else ROWS))


def stream(where: str) -> str:
    """One request per row."""
    return STREAM.format(items=_items(where))


def pins(where: str, most: int) -> str:
    return PINS.format(pin=PIN, where=where, most=most)


def open_pins() -> str:
    return OPEN.format(json=PIN)


def open_pins_as_geojson() -> str:
    """Features."""
    return OPEN.format(json=FEATURE)
