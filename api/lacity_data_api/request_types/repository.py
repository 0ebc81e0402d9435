from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.sql.expression import Select

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.models import Agency, RequestType
from lacity_data_api.queries import is_id, listed, single, written_list

# The smallest day whose cumulative count reaches the share is what percentile_disc gives over the rows. The
# window delivers each group's days in order, so that its arrays are sorted and can be searched.
STATS = """
WITH cumulative AS (
    SELECT {keys}, days_to_close,
           sum(requests) OVER (PARTITION BY {keys} ORDER BY days_to_close ROWS UNBOUNDED PRECEDING) AS reached
      FROM ({histogram}) AS histogram
), stats AS (
    SELECT {keys}, array_agg(days_to_close) AS days, array_agg(reached) AS reached
      FROM cumulative GROUP BY {keys}
), totals AS (
    SELECT *, reached[cardinality(reached)] AS total FROM stats
)
SELECT {order}, coalesce(t.type_name, '') AS type_name, days[1] AS min,
       days[1 + width_bucket((total + 3) / 4 - 1, reached)] AS q1,
       days[1 + width_bucket((total + 1) / 2 - 1, reached)] AS median,
       days[1 + width_bucket((3 * total + 3) / 4 - 1, reached)] AS q3,
       days[cardinality(days)] AS max
  FROM totals LEFT JOIN request_types t USING (type_id) ORDER BY {order}
"""
BY_TYPE = """
SELECT type_id, days_to_close, sum(requests)::integer AS requests
  FROM rollup_close_days WHERE {where} GROUP BY type_id, days_to_close
"""
BY_TYPE_AND_COUNCIL = "SELECT type_id, council_id, days_to_close, requests FROM rollup_close_days"

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


def stats_of_types(where: str) -> str:
    """SQL for the days to close by type, of the cells that meet the condition."""
    return STATS.format(keys="type_id", order="type_id", histogram=BY_TYPE.format(where=where))


def stats_of_types_and_councils() -> str:
    """The same by type and council."""
    keys, order = "type_id, council_id", "council_id, type_id"
    return STATS.format(keys=keys, order=order, histogram=BY_TYPE_AND_COUNCIL)


def stats() -> Question:
    query = written_list(stats_of_types("true"))
    return Question("types/stats", query, ttl_seconds=DAY_SECONDS)


def open_counts() -> Question:
    query = written_list(OPEN_COUNTS.format(where="true"))
    return Question("counts/open", query, ttl_seconds=DAY_SECONDS)
