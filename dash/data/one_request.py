"""Everything known about one request: as published, as served, related requests and its history."""

from __future__ import annotations

from pandas import DataFrame
from psycopg.sql import SQL

from data.filters import AREAS
from data.warehouse import Warehouse

NEIGHBORS = 20
"""Number of other requests at the same address that the page lists."""
ONE = SQL("""
    SELECT raw.srnumber AS number, raw.id AS _id, raw.requesttype AS type_published,
        raw.owner AS agency_published, raw.requestsource AS source_published, raw.status, raw.outcome,
        raw.reason, raw.actiontaken AS action_taken,
        raw.createddate AS created, raw.updateddate AS updated, raw.servicedate AS service_day,
        raw.duedate AS due, raw.closeddate AS closed, raw.detail, raw.parent, raw.address, raw.zipcode,
        raw.latitude, raw.longitude, raw.ncname AS council_published, raw.cd AS district,
        raw.cdmember AS council_member, raw.policeprecinct AS police_precinct, raw.apc AS planning_area,
        raw.assignto AS assigned_to, raw.mobileos AS mobile_os, raw.anonymous, raw.dataset_id AS dataset,
        raw.loaded_at AT TIME ZONE time_zone AS loaded,
        served.is_open, served.is_duplicate, served.is_information, served.council_id,
        served.latitude IS NOT NULL AS on_map, type_name AS type, group_name AS type_group,
        agency_name AS agency,
        source_name AS source, council_name AS council, region_name AS region,
        days_to_close(served.created_date, served.closed_date) AS days_to_close
    FROM city, requests AS raw
    LEFT JOIN service_requests AS served ON served.request_id = raw.id
    LEFT JOIN request_types AS types ON types.type_id = served.type_id
    LEFT JOIN type_groups USING (group_id) LEFT JOIN agencies ON agencies.agency_id = served.agency_id
    LEFT JOIN sources ON sources.source_id = served.source_id
    LEFT JOIN {areas} AS areas ON areas.council_id = served.council_id
    LEFT JOIN regions ON regions.region_id = served.region_id
    WHERE raw.srnumber = %(number)s
""").format(areas=SQL(AREAS))
RETIRED = SQL("""
    SELECT srnumber AS number, requesttype AS type_published, status, createddate AS created, address,
        retired_at AT TIME ZONE time_zone AS retired, retired_reason AS why
    FROM retired_requests, city WHERE srnumber = %(number)s ORDER BY retired_at DESC LIMIT 1
""")
LISTED = SQL("""
    SELECT srnumber AS number, type_name AS type, status, is_open, created_date AS created,
        closed_date AS closed
    FROM {source} JOIN request_types USING (type_id)
    WHERE {where} ORDER BY created_date DESC, request_id DESC LIMIT %(rows)s
""")
SERVED = SQL("service_requests")
HAS_PARENT = SQL("""(SELECT srnumber AS child FROM requests WHERE parent = %(number)s) AS children
    JOIN service_requests ON srnumber = child""")
AT_ADDRESS = SQL("""
    upper(address) = upper(%(address)s) AND upper(address) LIKE %(pattern)s AND srnumber <> %(number)s
""")
IS_NUMBER = SQL("srnumber = %(number)s")
HAS_HISTORY = SQL("SELECT to_regclass('changes') IS NOT NULL AS has_history")
HISTORY = SQL("""
    SELECT changed_at AT TIME ZONE time_zone AS changed, kind, also, cause, before, after
    FROM changes, city WHERE request_id = %(id)s ORDER BY sequence
""")
OUTLINES = SQL("""
    SELECT council_id, council_name AS council,
        ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, 0.0001), 5)::json AS polygon
    FROM geometries JOIN {areas} AS areas USING (council_id)
    WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) ORDER BY council_id
""").format(areas=SQL(AREAS))


def request(warehouse: Warehouse, number: str) -> DataFrame:
    """The request with this SR number, at most one row: published columns and their served values."""
    return warehouse.frame(ONE, number=number)


def retired(warehouse: Warehouse, number: str) -> DataFrame:
    """The request as it was when the city withdrew it; at most one row."""
    return warehouse.frame(RETIRED, number=number)


def repeats(warehouse: Warehouse, number: str) -> DataFrame:
    """Duplicates of this request, which name it as their parent; newest first."""
    query = LISTED.format(source=HAS_PARENT, where=SQL("true"))
    return warehouse.frame(query, number=number, rows=NEIGHBORS)


def parent(warehouse: Warehouse, number: str) -> DataFrame:
    """The request of which another one is a duplicate; at most one row."""
    return warehouse.frame(LISTED.format(source=SERVED, where=IS_NUMBER), number=number, rows=1)


def at_address(warehouse: Warehouse, number: str, address: str, pattern: str) -> DataFrame:
    """Other requests at the same address, newest first; ``pattern`` lets the query use the index."""
    query = LISTED.format(source=SERVED, where=AT_ADDRESS)
    return warehouse.frame(query, number=number, address=address, pattern=pattern, rows=NEIGHBORS)


def history(warehouse: Warehouse, request_id: int) -> DataFrame:
    """The changes to the request, one per run, oldest first.

    Columns: changed, kind, also, cause, before, after. No rows if the database has no history.
    """
    if not warehouse.frame(HAS_HISTORY)["has_history"].iloc[0]:
        return DataFrame()
    return warehouse.frame(HISTORY, id=request_id)


def areas(warehouse: Warehouse, west: float, south: float, east: float, north: float) -> DataFrame:
    """Councils whose bounding boxes overlap these bounds. Columns: council_id, council, polygon (GeoJSON)."""
    return warehouse.frame(OUTLINES, west=west, south=south, east=east, north=north)
