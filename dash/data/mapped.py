"""Requests on the map, outlines of areas, and places found by address."""

from __future__ import annotations

from typing import NamedTuple

from pandas import DataFrame
from psycopg.sql import SQL, Composed

from data import counts
from data.filters import AREAS, Filters
from data.warehouse import Warehouse

STATUSES = {"all": SQL("true"), "open": SQL("is_open"), "closed": SQL("NOT is_open")}
MAX_FOUND = 8
MAX_LISTED = 10
BY_TYPE = SQL("""
    SELECT type_name AS type, on_the_map, not_on_the_map
    FROM (
        SELECT type_id, count(latitude) AS on_the_map, count(*) - count(latitude) AS not_on_the_map
        FROM service_requests
        WHERE created_date >= %(first)s::date AND created_date < %(last)s::date + 1
            AND (%(information)s OR NOT is_information) AND {status} AND {narrowed}
        GROUP BY 1
    ) AS counted JOIN request_types USING (type_id)
    ORDER BY 2 DESC, 1
""")
# Cells of 2 to 3 kilometers, at the mean location of their requests: a browser can draw a few hundred.
CELLS = SQL("""
    SELECT avg(longitude) AS longitude, avg(latitude) AS latitude, count(*) AS requests
    FROM service_requests
    WHERE created_date >= %(first)s::date AND created_date < %(last)s::date + 1 AND latitude IS NOT NULL
        AND (%(information)s OR NOT is_information) AND {status} AND {narrowed}
    GROUP BY (longitude * 40)::integer, (latitude * 40)::integer
    ORDER BY 3 DESC, 1, 2
""")
# Simplified to about 10 m, as on the maps of areas.
OUTLINES: dict[str, SQL | Composed] = {
    "areas": SQL("""
        SELECT council_name AS name,
            ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, 0.0001), 5)::json AS polygon
        FROM geometries JOIN {areas} AS areas USING (council_id) ORDER BY council_id
    """).format(areas=SQL(AREAS)),
    "regions": SQL("""
        SELECT region_name AS name,
            ST_AsGeoJSON(ST_SimplifyPreserveTopology(ST_Union(geom), 0.0001), 5)::json AS polygon
        FROM geometries JOIN councils USING (council_id) JOIN regions USING (region_id)
        GROUP BY region_id, region_name ORDER BY region_id
    """),
}
# Uses an index on upper(address); the inner limit ends the search early for frequent addresses.
ADDRESSES = SQL("""
    SELECT address, avg(latitude) AS latitude, avg(longitude) AS longitude, count(*) AS requests
    FROM (SELECT upper(address) AS address, latitude, longitude FROM service_requests
          WHERE upper(address) LIKE %(prefix)s AND latitude IS NOT NULL LIMIT 2000) AS found
    GROUP BY 1 ORDER BY 4 DESC, 1 LIMIT %(most)s
""")
# The index has single precision: it finds candidates. A square contains its western and northern sides.
NEWEST = SQL("""
    SELECT request_id, type_id, created_date::date::text AS created_date, is_open, address
    FROM service_requests
    WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
        AND longitude >= %(west)s AND longitude < %(east)s AND latitude > %(south)s AND latitude <= %(north)s
        AND created_date >= %(first)s::date AND created_date < %(last)s::date + 1
        AND (%(information)s OR NOT is_information) AND {status} AND {narrowed}
    ORDER BY service_requests.created_date DESC, request_id DESC LIMIT %(most)s
""")
NUMBER = SQL("SELECT srnumber FROM service_requests WHERE request_id = %(request_id)s")


class Square(NamedTuple):
    """A part of the map in degrees."""

    west: float
    south: float
    east: float
    north: float


def by_type(warehouse: Warehouse, filters: Filters, status: str) -> DataFrame:
    """Requests by type; columns: type, on_the_map (with a location), not_on_the_map (without).

    Rollups have no status, and no locations of information calls. Open requests are few, and indexed.
    """
    if filters.includes_information or status == "open":
        return _by_type(warehouse, filters, status)
    everything = counts.by_location(warehouse, filters)
    return everything if status == "all" else _without(everything, _by_type(warehouse, filters, "open"))


def _without(everything: DataFrame, part: DataFrame) -> DataFrame:
    left = everything.set_index("type").sub(part.set_index("type"), fill_value=0).astype("int64")
    left = left[left.sum(axis=1) > 0].reset_index()
    return left.sort_values(["on_the_map", "type"], ascending=[False, True], ignore_index=True)


def _by_type(warehouse: Warehouse, filters: Filters, status: str) -> DataFrame:
    return _frame(warehouse, BY_TYPE, filters, status)


def _frame(warehouse: Warehouse, query: SQL, filters: Filters, status: str, **more: object) -> DataFrame:
    """The query's rows of the requests with these filters and this status."""
    chosen = query.format(status=STATUSES[status], narrowed=filters.narrowed())
    given = filters.parameters() | {"information": filters.includes_information}
    return warehouse.frame(chosen, **given, **more)


def cells(warehouse: Warehouse, filters: Filters, status: str) -> DataFrame:
    """Located requests by cells of 2 to 3 kilometers; columns: longitude, latitude, requests."""
    return _frame(warehouse, CELLS, filters, status)


def newest(warehouse: Warehouse, filters: Filters, status: str, square: Square) -> DataFrame:
    """The newest requests in a square, at most 10.

    Columns: request_id, type_id, created_date (a day as text), is_open, address.
    """
    return _frame(warehouse, NEWEST, filters, status, most=MAX_LISTED, **square._asdict())


def outlines(warehouse: Warehouse, kind: str) -> DataFrame:
    """Columns: name, polygon (GeoJSON)."""
    return warehouse.frame(OUTLINES[kind])


def addresses(warehouse: Warehouse, text: str) -> DataFrame:
    """Addresses that start with the text, most requests first: address, latitude, longitude, requests."""
    escaped = text.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return warehouse.frame(ADDRESSES, prefix=f"{escaped}%", most=MAX_FOUND)


def sr_number(warehouse: Warehouse, request_id: int) -> str | None:
    """The SR number of a request; None if there is no such request."""
    found = warehouse.frame(NUMBER, request_id=request_id)
    return str(found["srnumber"].iloc[0]) if len(found) else None
