from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.sql.expression import Select

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.models import Agency, RequestType
from lacity_data_api.queries import is_id, listed, single, written_list

# The smallest day whose cumulative count reaches the share is what percentile_disc gives over the rows.
STATS = """
WITH histogram AS (
    SELECT {keys}, days_to_close, sum(requests) AS requests
      FROM rollup_close_days h WHERE {where} GROUP BY {keys}, days_to_close
), cumulative AS (
    SELECT h.*, sum(requests) OVER (PARTITION BY {keys} ORDER BY days_to_close) AS reached,
           sum(requests) OVER (PARTITION BY {keys}) AS total
      FROM histogram h
)
SELECT {keys}, coalesce(t.type_name, '') AS type_name, min(days_to_close) AS min,
       min(days_to_close) FILTER (WHERE reached >= 0.25 * total) AS q1,
       min(days_to_close) FILTER (WHERE reached >= 0.50 * total) AS median,
       min(days_to_close) FILTER (WHERE reached >= 0.75 * total) AS q3,
       max(days_to_close) AS max
  FROM cumulative h LEFT JOIN request_types t USING (type_id)
 GROUP BY {keys}, t.type_name ORDER BY {keys}
"""

OPEN_COUNTS = """
SELECT type_id AS "typeId", coalesce(t.type_name, '') AS "typeName", sum(o.requests) AS "typeCount"
  FROM rollup_open o LEFT JOIN request_types t USING (type_id)
 WHERE {where} GROUP BY type_id, t.type_name ORDER BY type_id
"""


def _types() -> Select:
    columns = [
        RequestType.type_id.label("typeId"),
        RequestType.type_name.label("typeName"),
        RequestType.agency_id.label("agencyId"),
        Agency.agency_name.label("agencyName"),
        RequestType.color,
        RequestType.description,
    ]
    tables = RequestType.__table__.outerjoin(Agency.__table__, RequestType.agency_id == Agency.agency_id)
    return select(columns).select_from(tables).order_by(RequestType.type_id)


def all_types() -> Question:
    return Question("types", listed(_types()), ttl_seconds=DAY_SECONDS)


def one_type(type_id: int) -> Question:
    query = single(_types().where(is_id(RequestType.type_id, type_id)))
    return Question("type", query, {"id": type_id}, is_shared=False)


def stats() -> Question:
    query = written_list(STATS.format(keys="h.type_id", where="true"))
    return Question("types/stats", query, ttl_seconds=DAY_SECONDS)


def open_counts() -> Question:
    query = written_list(OPEN_COUNTS.format(where="true"))
    return Question("counts/open", query, ttl_seconds=DAY_SECONDS)
