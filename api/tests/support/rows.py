"""Requests for tests: each sets only the columns that its test is about."""

from __future__ import annotations

import itertools
from typing import Any

from tests.support.databases import Database

_numbers = itertools.count(1)

DEFAULTS: dict[str, Any] = {
    "created_date": "2020-01-02 10:00",
    "closed_date": None,
    "type_id": 4,
    "agency_id": 2,
    "source_id": 8,
    "council_id": 52,
    "region_id": None,
    "cd": None,
    "is_open": None,
    "is_information": False,
    "is_duplicate": False,
    "outcome": None,
    "reason": None,
    "address": "200 N SPRING ST, 90012",
    "latitude": 34.0537,
    "longitude": -118.2427,
}
LARGE_REQUESTS = """
INSERT INTO service_requests (request_id, srnumber, created_date, type_id, agency_id, source_id, council_id,
                              region_id, is_open, is_information, is_duplicate, address, latitude, longitude)
SELECT n, 'many-' || n, '2020-01-02', 4, 2, 8, 52, 4, true, false, false, repeat('x', 1000), 34.1, -118.3
  FROM generate_series(1, %s) AS n
    ON CONFLICT (request_id) DO NOTHING
"""
RAW = """
INSERT INTO requests (srnumber, requesttype, requestsource, owner, nc, status, createddate,
                      updateddate, closeddate, cd, address, latitude, longitude, dataset_id,
                      source_row_id, source_updated_at)
SELECT %(srnumber)s,
       (SELECT data_code FROM request_types WHERE type_id = %(type_id)s),
       (SELECT data_code FROM sources WHERE source_id = %(source_id)s),
       (SELECT data_code FROM agencies WHERE agency_id = %(agency_id)s),
       (SELECT nullif(data_code, '0')::integer FROM councils WHERE council_id = %(council_id)s),
       %(status)s, %(created_date)s, coalesce(%(closed_date)s::timestamp, %(created_date)s), %(closed_date)s,
       %(cd)s, %(address)s, %(latitude)s, %(longitude)s, 'test-test', 'row-' || %(srnumber)s, now()
RETURNING id
"""
SERVED = """
INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id,
                              council_id, region_id, address, latitude, longitude, city_id, status, geom,
                              is_open, is_information, is_duplicate, outcome, reason)
SELECT %(request_id)s, %(srnumber)s, %(created_date)s, %(closed_date)s, %(type_id)s, %(agency_id)s,
       %(source_id)s, %(council_id)s,
       coalesce(%(region_id)s, (SELECT region_id FROM councils WHERE council_id = %(council_id)s), 0),
       %(address)s, %(latitude)s, %(longitude)s, nullif(%(cd)s, 0), %(status)s,
       ST_SetSRID(ST_MakePoint(%(longitude)s, %(latitude)s), 4326),
       coalesce(%(is_open)s, %(closed_date)s::timestamp IS NULL), %(is_information)s, %(is_duplicate)s,
       %(outcome)s, %(reason)s
"""
# The pipeline makes sure that every code that the city uses has a row.
LEARNED = """
INSERT INTO {table} ({item}_id, {item}_name, data_code)
VALUES (%({item}_id)s, 'Learned ' || %({item}_id)s, 'learned-' || %({item}_id)s) ON CONFLICT DO NOTHING
"""
TABLES = {"type": "request_types", "agency": "agencies", "source": "sources"}
SQUARE = """
INSERT INTO geometries (council_id, nc_id, geom)
VALUES (%s, %s, ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4326)))
"""


def add_requests(database: Database, *rows: dict[str, Any]) -> list[int]:
    """Published and served requests in one new generation; returns their ids in the given order."""
    with database.load() as cursor:
        return [_add(cursor, DEFAULTS | row) for row in rows]


def _add(cursor: Any, row: dict[str, Any]) -> int:
    row.setdefault("srnumber", f"1-{next(_numbers):09d}")
    row.setdefault("status", "Closed" if row["closed_date"] else "Open")
    for item, table in TABLES.items():
        cursor.execute(LEARNED.format(item=item, table=table), row)
    cursor.execute(RAW, row)
    row.setdefault("request_id", cursor.fetchone()[0])
    cursor.execute(SERVED, row)
    return int(row["request_id"])


def add_square(
    database: Database, council_id: int, west: float, south: float, east: float, north: float
) -> None:
    """Give a council a polygon: a rectangle in degrees."""
    nc_id = database.value("SELECT data_code FROM councils WHERE council_id = %s", council_id)
    database.run(SQUARE, council_id, nc_id, west, south, east, north)


def add_large_requests(database: Database) -> int:
    """Add requests of a kilobyte each, unless an earlier test of the module did; returns their number."""
    number = 20_000
    database.run(LARGE_REQUESTS, number)
    return number
