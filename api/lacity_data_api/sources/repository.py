from __future__ import annotations

from lacity_data_api.statements import DAY_SECONDS, Query, list_query, object_query

ALL = 'SELECT source_id AS "sourceId", source_name AS "sourceName" FROM sources ORDER BY source_id'
ONE = "SELECT source_id, source_name FROM sources WHERE source_id = CAST(:id AS bigint)"


def all_sources() -> Query:
    return list_query(ALL, ttl_seconds=DAY_SECONDS)


def one_source(source_id: int) -> Query:
    return object_query(ONE, {"id": source_id}, missing="Source is not found")
