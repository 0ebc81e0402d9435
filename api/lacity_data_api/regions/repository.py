from __future__ import annotations

from lacity_data_api.statements import DAY_SECONDS, Query, list_query, object_query

ALL = """
SELECT region_id AS "regionId", region_name AS "regionName", latitude, longitude
  FROM regions ORDER BY region_id
"""
ONE = "SELECT region_id, region_name, latitude, longitude FROM regions WHERE region_id = CAST(:id AS bigint)"


def all_regions() -> Query:
    return list_query(ALL, ttl_seconds=DAY_SECONDS)


def one_region(region_id: int) -> Query:
    return object_query(ONE, {"id": region_id}, missing="Region is not found")
