from __future__ import annotations

from collections.abc import Sequence

from lacity_data_api.cache.question import Question
from lacity_data_api.queries import written
from lacity_data_api.reports.fields import NAMES, Field, column_of, expression_of, narrowest
from lacity_data_api.reports.filters import Comparison, where

# Twice the cells of a year by type, council and agency; about 20 MB of JSON.
MOST_GROUPS = 200_000

# Ids are counted first and named then: a name may belong to several, and an id without one stays.
COUNTED = """
SELECT {columns}, CAST(sum(counted.counts) AS bigint) AS counts
  FROM (SELECT {keys}, sum(requests) AS counts FROM {rows} AS rows
         WHERE {where} GROUP BY {numbers}) AS counted
  {names}
 GROUP BY {numbers} ORDER BY {numbers} LIMIT {most} + 1
"""
BODY = """
SELECT CASE WHEN count(*) <= {most}
            THEN '[' || coalesce(string_agg(row_to_json(item)::text, ','), '') || ']' END AS body
  FROM ({sql}) AS item
"""


def counted(fields: Sequence[Field], filters: Sequence[Comparison], *, is_lasting: bool) -> Question:
    """Requests that pass all filters, by these fields and in their order; no body for too many groups."""
    chosen = where(filters)
    sql = COUNTED.format(
        columns=", ".join(map(_column, fields)),
        keys=", ".join(f"{expression_of(field)} AS {_key(field)}" for field in fields),
        rows=narrowest([*fields, *(comparison.name for comparison in filters)]),
        where=chosen.sql,
        names="\n  ".join(map(_join, filter(NAMES.__contains__, fields))),
        numbers=", ".join(str(number) for number in range(1, len(fields) + 1)),
        most=MOST_GROUPS,
    )
    query = written(BODY.format(sql=sql, most=MOST_GROUPS), **chosen.parameters)
    told = {"fields": list(fields), "filters": sorted(map(str, filters))}
    return Question("reports", query, told, is_lasting=is_lasting)


def _key(field: Field) -> str:
    return column_of(field) if field in NAMES else str(field)


def _column(field: Field) -> str:
    return f"coalesce({NAMES[field].table}.{field}, '') AS {field}" if field in NAMES else f"counted.{field}"


def _join(field: Field) -> str:
    return "LEFT JOIN {table} ON {table}.{id} = counted.{id}".format(**NAMES[field]._asdict())
