"""Requests per 10,000 people; only councils have a population, so "No council" has no such number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from psycopg.sql import SQL

from data.filters import Filters
from data.source import Source
from data.table import Table

PER = 10_000
CENTRED = SQL("""
    WITH days AS (
        SELECT day::date FROM generate_series(%(from)s::timestamp, %(until)s::timestamp, '1 day') s (day)
    ), people AS (
        SELECT max(population_2020) FILTER (WHERE council_id = %(council)s) AS council,
            sum(population_2020) AS city
        FROM councils
    ), counted AS (
        SELECT created_date AS day, sum(requests) AS city,
            sum(requests) FILTER (WHERE council_id = %(council)s) AS council
        FROM {rollup} JOIN councils USING (council_id)
        WHERE population_2020 IS NOT NULL AND {where} GROUP BY 1
    ), averaged AS (
        SELECT day, avg(coalesce(c.council, 0)) OVER around AS council,
            avg(coalesce(c.city, 0)) OVER around AS city
        FROM days LEFT JOIN counted c USING (day)
        WINDOW around AS (ORDER BY day
            ROWS BETWEEN {before} PRECEDING AND {after} FOLLOWING)
    )
    SELECT day, round(10000 * a.council / p.council, 4)::float8 AS council_per_10000,
        round(10000 * a.city / p.city, 4)::float8 AS all_councils_per_10000
    FROM averaged a, people p
    WHERE p.council IS NOT NULL AND day BETWEEN %(first_shown)s AND %(last_shown)s ORDER BY day
""")
COUNCILS = SQL("""
    SELECT c.council_name AS council, coalesce(r.requests, 0)::bigint AS requests,
        c.population_2020 AS people,
        round(10000 * coalesce(r.requests, 0) / c.population_2020::numeric, 1)::float8 AS per_10000,
        c.council_id AS _id
    FROM councils c LEFT JOIN (
        SELECT council_id, sum(requests) AS requests FROM {rollup} WHERE {where} GROUP BY 1
    ) r USING (council_id)
    ORDER BY c.council_id = 0, requests DESC, 1
""")


def centred(source: Source, filters: Filters, window: int, loaded: tuple[date, date]) -> Table:
    """Requests a day per 10,000 people around each day, of one council and of all councils together.

    The mean over ``window`` calendar days with the day in their middle (of an even number one more lies after
    it); days without requests count as 0. Days whose window reaches beyond what is loaded are left out.
    ``filters`` has one council; no rows when that has no population.
    Columns: day, council_per_10000, all_councils_per_10000.
    """
    before, after = timedelta(days=(window - 1) // 2), timedelta(days=window // 2)
    first, last = max(filters.first, loaded[0] + before), min(filters.last, loaded[1] - after)
    city = replace(filters, councils=(), first=filters.first - before, last=filters.last + after)
    query = CENTRED.format(
        rollup=city.rollup("council_id"), where=city.where(), before=before.days, after=after.days
    )
    edges = {"from": city.first, "until": city.last, "first_shown": first, "last_shown": last}
    return source.table(query, **city.parameters(), **edges, council=filters.councils[0])


def by_council(source: Source, filters: Filters) -> Table:
    """Every council, those without requests too; most requests first, "No council" last.

    Columns: council, requests, people (None without a known population), per_10000, _id.
    """
    query = COUNCILS.format(rollup=filters.rollup("council_id"), where=filters.where())
    return source.table(query, **filters.parameters())
