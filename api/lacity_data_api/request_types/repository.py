from __future__ import annotations

from lacity_data_api.statements import DAY_SECONDS, Query, list_query, object_query

# A type that the city used without an agency has agency 0, which has no row.
TYPES = """
SELECT type_id AS "typeId", type_name AS "typeName", t.agency_id AS "agencyId", agency_name AS "agencyName",
       t.color, description, group_id AS "groupId", group_name AS "groupName"
  FROM request_types t JOIN type_groups USING (group_id) LEFT JOIN agencies a ON a.agency_id = t.agency_id
 WHERE {condition} ORDER BY type_id
"""
GROUPS = """
SELECT group_id AS "groupId", group_name AS "groupName", color FROM type_groups ORDER BY group_id
"""
STATISTICS = """
SELECT type_id, type_name, min_days AS min, q1_days AS q1, median_days AS median, q3_days AS q3,
       max_days AS max
  FROM close_statistics('{type_id}') JOIN request_types USING (type_id) ORDER BY type_id
"""
OPEN_COUNTS = """
SELECT type_id AS "typeId", type_name AS "typeName", sum(o.requests) AS "typeCount"
  FROM rollup_open o JOIN request_types USING (type_id)
 WHERE {where} GROUP BY type_id, type_name HAVING sum(o.requests) > 0 ORDER BY type_id
"""


def all_types() -> Query:
    return list_query(TYPES.format(condition="true"), ttl_seconds=DAY_SECONDS)


def one_type(type_id: int) -> Query:
    return object_query(TYPES.format(condition="type_id = CAST(:type_id AS bigint)"), {"type_id": type_id})


def all_groups() -> Query:
    return list_query(GROUPS, ttl_seconds=DAY_SECONDS)


def statistics() -> Query:
    return list_query(STATISTICS, ttl_seconds=DAY_SECONDS)


def open_counts() -> Query:
    return list_query(OPEN_COUNTS.format(where="true"), ttl_seconds=DAY_SECONDS)
