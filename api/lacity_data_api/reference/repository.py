from __future__ import annotations

from lacity_data_api.statements import DAY_SECONDS, Query, list_query, object_query

AGENCIES = """
SELECT agency_id AS "agencyId", agency_name AS "agencyName", website, twitter FROM agencies ORDER BY agency_id
"""
AGENCY = "SELECT agency_id, agency_name, website, twitter FROM agencies WHERE agency_id = CAST(:id AS bigint)"
REGIONS = """
SELECT region_id AS "regionId", region_name AS "regionName", latitude, longitude
  FROM regions ORDER BY region_id
"""
REGION = (
    "SELECT region_id, region_name, latitude, longitude FROM regions WHERE region_id = CAST(:id AS bigint)"
)
SOURCES = 'SELECT source_id AS "sourceId", source_name AS "sourceName" FROM sources ORDER BY source_id'
SOURCE = "SELECT source_id, source_name FROM sources WHERE source_id = CAST(:id AS bigint)"


def agencies() -> Query:
    return list_query(AGENCIES, ttl_seconds=DAY_SECONDS)


def agency(agency_id: int) -> Query:
    return object_query(AGENCY, {"id": agency_id}, missing="Agency is not found")


def regions() -> Query:
    return list_query(REGIONS, ttl_seconds=DAY_SECONDS)


def region(region_id: int) -> Query:
    return object_query(REGION, {"id": region_id}, missing="Region is not found")


def sources() -> Query:
    return list_query(SOURCES, ttl_seconds=DAY_SECONDS)


def source(source_id: int) -> Query:
    return object_query(SOURCE, {"id": source_id}, missing="Source is not found")
