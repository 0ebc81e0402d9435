from __future__ import annotations

from lacity_data_api.request_types.repository import OPEN_COUNTS
from lacity_data_api.statements import DAY_SECONDS, Query, list_query, object_query

# Council 0 stands for "No council".
COUNCILS = """
SELECT council_id AS "councilId", council_name AS "councilName", c.website, c.twitter,
       region_id AS "regionId", region_name AS "regionName", c.latitude, c.longitude
  FROM councils c JOIN regions USING (region_id)
 WHERE council_id > 0 {condition} ORDER BY council_id
"""
STATISTICS_OF_ALL = """
SELECT council_id, type_id, type_name, min_days AS min, q1_days AS q1, median_days AS median, q3_days AS q3,
       max_days AS max
  FROM close_statistics('{type_id, council_id}') JOIN request_types USING (type_id)
 ORDER BY council_id, type_id
"""
STATISTICS_OF_ONE = """
SELECT type_id, type_name, min_days AS min, q1_days AS q1, median_days AS median, q3_days AS q3,
       max_days AS max
  FROM close_statistics('{type_id}', council_ids => ARRAY[CAST(:council_id AS bigint)])
  JOIN request_types USING (type_id) ORDER BY type_id
"""


def all_councils() -> Query:
    return list_query(COUNCILS.format(condition=""), ttl_seconds=DAY_SECONDS)


def one_council(council_id: int) -> Query:
    sql = COUNCILS.format(condition="AND council_id = CAST(:council_id AS bigint)")
    return object_query(sql, {"council_id": council_id})


def statistics_of_all() -> Query:
    return list_query(STATISTICS_OF_ALL, ttl_seconds=DAY_SECONDS)


def statistics_of_one(council_id: int) -> Query:
    return list_query(STATISTICS_OF_ONE, {"council_id": council_id})


def open_counts(council_id: int) -> Query:
    sql = OPEN_COUNTS.format(where="o.council_id = CAST(:council_id AS bigint)")
    return list_query(sql, {"council_id": council_id})
