"""How requests and pins are written as JSON by Postgres; ``where`` comes from ``filters``."""

from __future__ import annotations

# The name of a code, made once per code (the planner keeps what a LATERAL gave); an unknown code has none,
# and its requests stay.
NAME = """
 CROSS JOIN LATERAL (
       SELECT concat(',"{item}Id":', r.{item}_id, ',"{item}Name":', coalesce(to_json(
              (SELECT {item}_name FROM {table} WHERE {item}_id = r.{item}_id)), '""')) AS json OFFSET 0
       ) AS {item}"""
NAMED = {"council": "councils", "type": "request_types", "agency": "agencies", "source": "sources"}
NAMES = "".join(NAME.format(item=item, table=table) for item, table in NAMED.items())

# Written as text: row_to_json over the joined names takes twice as long. OFFSET and LIMIT stand inside, so
# that only the rows of the page are given names; the planner sees that they are in order already.
ITEMS = """
SELECT r.created_date, r.request_id,
       concat('{{"requestId":', r.request_id, ',"srnumber":', to_json(r.srnumber), council.json, type.json,
              agency.json, source.json, ',"createdDate":', to_json(r.created_date), ',"closedDate":',
              coalesce(to_json(r.closed_date), 'null'), ',"address":', coalesce(to_json(r.address), 'null'),
              ',"latitude":', r.latitude, ',"longitude":', r.longitude, '}}') AS json
  FROM (SELECT * FROM service_requests WHERE {where}
         ORDER BY created_date DESC, request_id DESC {part}) AS r{names}
 ORDER BY r.created_date DESC, r.request_id DESC
"""
ONE = "SELECT json AS body FROM ({items}) AS item"

# A full page may be followed by another: its last row says where that begins.
PAGE = """
SELECT concat('[', string_agg(json, ','), ']') AS body,
       (extract(epoch FROM (array_agg(created_date))[CAST(:limit AS integer)]) * 1000000)::bigint
       || '.' || (array_agg(request_id))[CAST(:limit AS integer)] AS next_cursor
  FROM ({items}) AS item
"""
STREAM = "SELECT json FROM ({items}) AS item"
PART = "OFFSET :skip LIMIT :limit"
AFTER = "(created_date, request_id) < (:after_date, :after_id)"

PIN = """concat('{{"requestId":', request_id, ',"typeId":', type_id, ',"latitude":', latitude,
              ',"longitude":', longitude, '}}')"""
FEATURE = """concat('{{"type":"Feature","properties":{{"request_id":', request_id, ',"type_id":', type_id,
              '}},"geometry":{{"type":"Point","coordinates":[', longitude, ',', latitude, ']}}}}')"""
PINS = """
SELECT concat('[', string_agg(json, ','), ']') AS body
  FROM (SELECT {pin} AS json FROM service_requests WHERE {where}
         ORDER BY created_date DESC, request_id DESC LIMIT {most}) AS item
"""
# In the order of the index that covers it: nothing is sorted, and no row of the table is read.
OPEN = """
SELECT concat({head}, string_agg(json, ','), {tail}) AS body
  FROM (SELECT {json} AS json FROM service_requests WHERE closed_date IS NULL
         ORDER BY request_id DESC) AS item
"""


def items(where_sql: str, part: str = "") -> str:
    """The requests found, newest first: ``created_date``, ``request_id`` and ``json``."""
    return ITEMS.format(where=where_sql, part=part, names=NAMES)


def one(where_sql: str) -> str:
    return ONE.format(items=items(where_sql))


def page(where_sql: str) -> str:
    """With the parameters ``skip`` and ``limit``."""
    return PAGE.format(items=items(where_sql, PART))


def stream(where_sql: str) -> str:
    """One item a row."""
    return STREAM.format(items=items(where_sql))


def pins(where_sql: str, most: int) -> str:
    return PINS.format(pin=PIN.format(), where=where_sql, most=most)


def open_pins() -> str:
    return OPEN.format(head="'['", json=PIN.format(), tail="']'")


def open_pins_as_geojson() -> str:
    head = """'{"type":"FeatureCollection","features":['"""
    return OPEN.format(head=head, json=FEATURE.format(), tail="']}'")
