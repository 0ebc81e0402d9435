"""How many requests: by type, council, agency or source, by day, month or year, by weekday."""

from __future__ import annotations

from typing import Literal

from psycopg.sql import SQL, Identifier

from data.filters import Dimension, Filters
from data.source import Source
from data.table import Table

Step = Literal["day", "week", "month", "year"]

# Two agencies of one name are one agency to a reader, so names are what is grouped by.
BY = SQL("""
    SELECT coalesce(n.{label}, 'Unknown') AS {name}, sum(c.requests)::bigint AS requests,
        array_agg(c.{column} ORDER BY c.{column}) AS _ids
    FROM (SELECT {column}, sum(requests) AS requests FROM {rollup} WHERE {where} GROUP BY {column}) c
    LEFT JOIN {table} n USING ({column})
    GROUP BY 1 ORDER BY requests DESC, 1
""")
TOTAL = SQL("SELECT coalesce(sum(requests), 0)::bigint AS requests FROM {rollup} WHERE {where}")
OPEN = SQL("SELECT coalesce(sum(requests), 0)::bigint AS requests FROM rollup_open WHERE {where}")
OVER_TIME = SQL("""
    SELECT s.start::date AS {step}, coalesce(c.requests, 0)::bigint AS requests
    FROM generate_series(date_trunc({unit}, %(first)s::timestamp), %(last)s::timestamp, {every}) s (start)
    LEFT JOIN (
        SELECT date_trunc({unit}, created_date::timestamp) AS start, sum(requests) AS requests
        FROM {rollup} WHERE {where} GROUP BY 1
    ) c USING (start)
    ORDER BY 1
""")
BY_OVER_TIME = SQL("""
    WITH cells AS (
        SELECT date_trunc({unit}, created_date::timestamp) AS start, {column}, sum(requests) AS requests
        FROM {rollup} WHERE {where} GROUP BY 1, 2
    ), groups AS (SELECT {column}, sum(requests) AS requests FROM cells GROUP BY 1)
    SELECT s.start::date AS {step}, coalesce(n.{label}, 'Unknown') AS {name},
        coalesce(c.requests, 0)::bigint AS requests, g.{column} AS _id
    FROM groups g
    CROSS JOIN
        generate_series(date_trunc({unit}, %(first)s::timestamp), %(last)s::timestamp, {every}) s (start)
    LEFT JOIN cells c USING (start, {column})
    LEFT JOIN {table} n USING ({column})
    ORDER BY g.requests DESC, 2, 1
""")
BY_WEEKDAY = SQL("""
    SELECT trim(to_char('2023-01-01'::date + d.number, 'Day')) AS weekday,
        coalesce(c.requests, 0)::bigint AS requests, d.days,
        round(coalesce(c.requests, 0) / d.days::numeric, 1)::float8 AS requests_a_day
    FROM (
        SELECT extract(dow FROM day)::int AS number, count(*) AS days
        FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 day') s (day) GROUP BY 1
    ) d
    LEFT JOIN (
        SELECT extract(dow FROM created_date)::int AS number, sum(requests) AS requests
        FROM {rollup} WHERE {where} GROUP BY 1
    ) c USING (number)
    ORDER BY d.number
""")


def by(source: Source, dimension: Dimension, filters: Filters) -> Table:
    """Columns: the dimension's name, requests, _ids; most requests first; only groups that have any."""
    query = BY.format(
        label=Identifier(dimension.label),
        name=Identifier(dimension.name),
        column=Identifier(dimension.column),
        table=Identifier(dimension.table),
        rollup=filters.rollup(dimension.column),
        where=filters.where(),
    )
    return source.table(query, **filters.parameters())


def total(source: Source, filters: Filters) -> int:
    """Requests created in the period."""
    query = TOTAL.format(rollup=filters.rollup(), where=filters.where())
    return int(source.table(query, **filters.parameters()).one()["requests"])


def open_now(source: Source, filters: Filters) -> int:
    """Requests without a closed date, whenever they were created; types and councils narrow it down."""
    parameters = {"types": list(filters.types), "councils": list(filters.councils)}
    of_these = Filters(filters.first, filters.last, types=filters.types, councils=filters.councils)
    return int(source.table(OPEN.format(where=of_these.narrowed()), **parameters).one()["requests"])


def over_time(source: Source, step: Step, filters: Filters) -> Table:
    """Columns: the step's first day under the step's name, requests; steps without requests are 0."""
    query = OVER_TIME.format(
        step=Identifier(step),
        unit=step,
        every=f"1 {step}",
        rollup=filters.rollup(),
        where=filters.where(),
    )
    return source.table(query, **filters.parameters())


def by_over_time(source: Source, dimension: Dimension, step: Step, filters: Filters) -> Table:
    """Columns: step, the dimension's name, requests, _id; largest group first, empty steps are 0."""
    query = BY_OVER_TIME.format(
        label=Identifier(dimension.label),
        name=Identifier(dimension.name),
        column=Identifier(dimension.column),
        table=Identifier(dimension.table),
        step=Identifier(step),
        unit=step,
        every=f"1 {step}",
        rollup=filters.rollup(dimension.column),
        where=filters.where(),
    )
    return source.table(query, **filters.parameters())


def by_weekday(source: Source, filters: Filters) -> Table:
    """Columns: weekday (Sunday first), requests, days (such days in the period), requests_a_day."""
    query = BY_WEEKDAY.format(rollup=filters.rollup(), where=filters.where())
    return source.table(query, **filters.parameters())


def with_others(table: Table, name: str, top: int) -> Table:
    """The largest groups, and the rest, when there is one, as "Others"."""
    rows = list(table)
    rest = rows[top:]
    if len(rest) < 2:
        return table
    others = {
        name: f"Others ({len(rest)})",
        "requests": sum(row["requests"] for row in rest),
        "_ids": [number for row in rest for number in row["_ids"]],
    }
    return table.keep([*rows[:top], others])
