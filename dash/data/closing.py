"""How long requests take: exact percentiles from histograms of whole days.

A percentile is the smallest number of days within which that share of the requests was closed
(PostgreSQL's ``percentile_disc``). Open requests have no days to close and are not in it.

Counts of a cell fit an integer and shares are compared as whole numbers: ``numeric``, which sums of sums
and decimals would be, is slower.
"""

from __future__ import annotations

from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier

from data.filters import Dimension, Filters
from data.source import Source
from data.table import Table

BY_TYPE = SQL("""
    WITH cells AS (
        SELECT type_id, days_to_close AS days, sum(requests)::integer AS requests
        FROM rollup_close_days WHERE {where} GROUP BY 1, 2
    ), running AS (
        SELECT type_id, days,
            sum(requests) OVER (PARTITION BY type_id ORDER BY days ROWS UNBOUNDED PRECEDING) AS closed,
            sum(requests) OVER (PARTITION BY type_id) AS total
        FROM cells
    )
    SELECT coalesce(n.type_name, 'Unknown') AS type, max(total)::bigint AS closed_requests,
        min(days) AS min_days, min(days) FILTER (WHERE 4 * closed >= total) AS q1_days,
        min(days) FILTER (WHERE 2 * closed >= total) AS median_days,
        min(days) FILTER (WHERE 4 * closed >= 3 * total) AS q3_days,
        min(days) FILTER (WHERE 10 * closed >= 9 * total) AS p90_days,
        max(days) AS max_days, type_id AS _id
    FROM running LEFT JOIN request_types n USING (type_id)
    GROUP BY type_id, n.type_name ORDER BY median_days DESC, q3_days DESC, 1
""")
# Months are whole: the histogram has one cell a month, and half of one cannot be told from it.
MONTHS = SQL("""
    closed_month BETWEEN date_trunc('month', %(first)s::timestamp)::date AND %(last)s AND {narrowed}
""")
CLOSED = SQL("""
    WITH cells AS (
        SELECT {keys}, days_to_close AS days, sum(requests)::integer AS requests
        FROM (SELECT *, 1 AS city FROM rollup_close_month WHERE {months}) m GROUP BY {keys}, days_to_close
    ), running AS (
        SELECT {keys}, days, requests,
            sum(requests) OVER (PARTITION BY {keys} ORDER BY days ROWS UNBOUNDED PRECEDING) AS closed,
            sum(requests) OVER (PARTITION BY {keys}) AS total
        FROM cells
    ), found AS (
        SELECT {keys}, sum(requests)::bigint AS closed_requests,
            min(days) FILTER (WHERE 2 * closed >= total) AS median_days,
            min(days) FILTER (WHERE 10 * closed >= 9 * total) AS p90_days,
            coalesce(sum(requests) FILTER (WHERE days = 0), 0)::bigint AS same_day_requests,
            coalesce(sum(requests) FILTER (WHERE days <= 7), 0)::bigint AS within_7_days_requests
        FROM running GROUP BY {keys}
    )
""")
OVERALL = SQL("""
    SELECT closed_requests, median_days, p90_days, same_day_requests, within_7_days_requests FROM found
""")
BY_MONTH = SQL("SELECT closed_month AS month, closed_requests, median_days, p90_days FROM found ORDER BY 1")
BY = SQL("""
    SELECT coalesce(n.{label}, 'Unknown') AS {name}, closed_requests, median_days, p90_days, {column} AS _id
    FROM found LEFT JOIN {table} n USING ({column}) ORDER BY {column} = 0, median_days DESC, p90_days DESC, 1
""")
BY_AND_MONTH = SQL("""
    SELECT coalesce(n.{label}, 'Unknown') AS {name}, closed_month AS month, closed_requests,
        median_days, p90_days, {column} AS _id
    FROM found LEFT JOIN {table} n USING ({column})
    ORDER BY sum(closed_requests) OVER (PARTITION BY {column}) DESC, 1, 2
""")


def by_type(source: Source, filters: Filters) -> Table:
    """All closed requests of the chosen types and councils, whenever created; the slowest type first.

    Columns: type, closed_requests, min_days, q1_days, median_days, q3_days, p90_days, max_days, _id.
    """
    of_these = Filters(filters.first, filters.last, types=filters.types, councils=filters.councils)
    parameters = {"types": list(filters.types), "councils": list(filters.councils)}
    return source.table(BY_TYPE.format(where=of_these.narrowed()), **parameters)


def overall(source: Source, filters: Filters) -> Table:
    """Requests closed in the months that the period touches; no row if there are none.

    Columns: closed_requests, median_days, p90_days, same_day_requests, within_7_days_requests.
    """
    return source.table(_closed(filters) + OVERALL, **filters.parameters())


def by_month(source: Source, filters: Filters) -> Table:
    """Columns: month (of closing), closed_requests, median_days, p90_days; only months with any."""
    return source.table(_closed(filters, "closed_month") + BY_MONTH, **filters.parameters())


def by(source: Source, dimension: Dimension, filters: Filters) -> Table:
    """By type or council, the slowest first: its name, closed_requests, median_days, p90_days, _id."""
    query = _closed(filters, dimension.column) + BY.format(**_names(dimension))
    return source.table(query, **filters.parameters())


def by_and_month(source: Source, dimension: Dimension, filters: Filters) -> Table:
    """By type or council and month of closing; the one with the most closed requests first.

    Columns: the dimension's name, month, closed_requests, median_days, p90_days, _id.
    """
    closed = _closed(filters, dimension.column, "closed_month")
    return source.table(closed + BY_AND_MONTH.format(**_names(dimension)), **filters.parameters())


def _closed(filters: Filters, *keys: LiteralString) -> Composed:
    columns = SQL(", ").join([Identifier(key) for key in keys or ("city",)])
    return CLOSED.format(keys=columns, months=MONTHS.format(narrowed=filters.narrowed()))


def _names(dimension: Dimension) -> dict[str, Identifier]:
    return {
        "label": Identifier(dimension.label),
        "name": Identifier(dimension.name),
        "column": Identifier(dimension.column),
        "table": Identifier(dimension.table),
    }
