"""Several councils beside each other, and beside the average council."""

from __future__ import annotations

from psycopg.sql import SQL, Identifier

from data.counts import Step
from data.filters import Dimension, Filters
from data.source import Source
from data.table import Table

# The average council: requests of all councils over the number of councils, without those of no council.
OVER_TIME = SQL("""
    WITH cells AS (
        SELECT date_trunc({unit}, created_date::timestamp) AS start, council_id, sum(requests) AS requests
        FROM {rollup} WHERE {where} GROUP BY 1, 2
    ), councils_and_average AS (
        SELECT council_id, council_name FROM councils WHERE council_id = ANY(%(chosen)s)
        UNION ALL SELECT -1, 'Average council'
    ), values AS (
        SELECT start, council_id, requests::numeric FROM cells WHERE council_id = ANY(%(chosen)s)
        UNION ALL
        SELECT start, -1, sum(requests) / (SELECT count(*) FROM councils WHERE council_id > 0)
        FROM cells WHERE council_id > 0 GROUP BY 1
    )
    SELECT s.start::date AS {step}, c.council_name AS council,
        round(coalesce(v.requests, 0), 2)::float8 AS requests, c.council_id AS _id
    FROM councils_and_average c
    CROSS JOIN
        generate_series(date_trunc({unit}, %(first)s::timestamp), %(last)s::timestamp, {every}) s (start)
    LEFT JOIN values v USING (start, council_id)
    ORDER BY c.council_id < 0, 2, 1
""")
TOTALS = SQL("""
    SELECT n.council_name AS council, coalesce(c.requests, 0)::bigint AS requests,
        round(coalesce(c.requests, 0) / %(days)s::numeric, 1)::float8 AS requests_a_day,
        round(10000 * coalesce(c.requests, 0) / n.population_2020::numeric, 1)::float8 AS per_10000_people,
        coalesce(o.requests, 0)::bigint AS open_now, n.council_id AS _id
    FROM councils n
    LEFT JOIN (SELECT council_id, sum(requests) AS requests FROM {rollup} WHERE {where} GROUP BY 1) c
        USING (council_id)
    LEFT JOIN (SELECT council_id, sum(requests) AS requests FROM rollup_open WHERE {narrowed} GROUP BY 1) o
        USING (council_id)
    WHERE n.council_id = ANY(%(councils)s) ORDER BY n.council_name
""")
SHARES = SQL("""
    WITH cells AS (
        SELECT council_id, {column}, sum(requests) AS requests FROM {rollup} WHERE {where} GROUP BY 1, 2
    ), named AS (
        SELECT council_id, coalesce(n.{label}, 'Unknown') AS {name}, sum(requests) AS requests
        FROM cells LEFT JOIN {table} n USING ({column}) GROUP BY 1, 2
    )
    SELECT c.council_name AS council, {name}, requests::bigint AS requests,
        round(100 * requests / sum(requests) OVER (PARTITION BY council_id), 1)::float8 AS percent
    FROM named JOIN councils c USING (council_id)
    ORDER BY sum(requests) OVER (PARTITION BY {name}) DESC, 2, 1
""")
DAYS_TO_CLOSE = SQL("""
    SELECT c.council_name AS council, greatest(r.closed_date::date - r.created_date::date, 0) AS days,
        count(*) AS requests
    FROM service_requests r JOIN councils c USING (council_id)
    WHERE r.created_date >= %(first)s::date AND r.created_date < %(last)s::date + 1
        AND r.closed_date IS NOT NULL AND {narrowed}
    GROUP BY 1, 2 ORDER BY 1, 2
""")


def over_time(source: Source, step: Step, filters: Filters) -> Table:
    """The chosen councils by name, then the average council, with _id -1; empty steps are 0.

    Columns: step, council, requests, _id.
    """
    of_all = Filters(filters.first, filters.last, filters.types, (), filters.agencies, filters.sources)
    query = OVER_TIME.format(
        step=Identifier(step),
        unit=step,
        every=f"1 {step}",
        rollup=of_all.rollup("council_id"),
        where=of_all.where(),
    )
    return source.table(query, **of_all.parameters(), chosen=list(filters.councils))


def totals(source: Source, filters: Filters) -> Table:
    """Columns: council, requests, requests_a_day, per_10000_people (None: no population), open_now, _id."""
    of_rollup_open = Filters(filters.first, filters.last, filters.types, filters.councils)
    query = TOTALS.format(
        rollup=filters.rollup("council_id"), where=filters.where(), narrowed=of_rollup_open.narrowed()
    )
    days = (filters.last - filters.first).days + 1
    return source.table(query, **filters.parameters(), days=days)


def shares(source: Source, dimension: Dimension, filters: Filters) -> Table:
    """Columns: council, the dimension's name, requests, percent (of the council's); largest group first."""
    query = SHARES.format(
        column=Identifier(dimension.column),
        label=Identifier(dimension.label),
        name=Identifier(dimension.name),
        table=Identifier(dimension.table),
        rollup=filters.rollup("council_id", dimension.column),
        where=filters.where(),
    )
    return source.table(query, **filters.parameters())


def days_to_close(source: Source, filters: Filters) -> Table:
    """Closed requests among those created in the period. Columns: council, days, requests."""
    return source.table(DAYS_TO_CLOSE.format(narrowed=filters.narrowed()), **filters.parameters())
