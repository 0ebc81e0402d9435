"""How long requests take: exact percentiles from histograms of whole days.

A percentile is the smallest number of days within which that share of the requests was closed
(PostgreSQL's ``percentile_disc``). Open requests have no days to close and are not in it.
"""

from __future__ import annotations

from psycopg.sql import SQL

from data.filters import Filters
from data.source import Source
from data.table import Table

BY_TYPE = SQL("""
    WITH cells AS (
        SELECT type_id, days_to_close AS days, sum(requests) AS requests
        FROM rollup_close_days WHERE {where} GROUP BY 1, 2
    ), running AS (
        SELECT type_id, days, sum(requests) OVER (PARTITION BY type_id ORDER BY days) AS closed,
            sum(requests) OVER (PARTITION BY type_id) AS total
        FROM cells
    )
    SELECT coalesce(n.type_name, 'Unknown') AS type, max(total)::bigint AS closed_requests,
        min(days) AS min_days, min(days) FILTER (WHERE closed >= 0.25 * total) AS q1_days,
        min(days) FILTER (WHERE closed >= 0.5 * total) AS median_days,
        min(days) FILTER (WHERE closed >= 0.75 * total) AS q3_days,
        min(days) FILTER (WHERE closed >= 0.9 * total) AS p90_days,
        max(days) AS max_days, type_id AS _id
    FROM running LEFT JOIN request_types n USING (type_id)
    GROUP BY type_id, n.type_name ORDER BY median_days DESC, q3_days DESC, 1
""")


def by_type(source: Source, filters: Filters) -> Table:
    """All closed requests of the chosen types and councils, whenever created; the slowest type first.

    Columns: type, closed_requests, min_days, q1_days, median_days, q3_days, p90_days, max_days, _id.
    """
    of_these = Filters(filters.first, filters.last, types=filters.types, councils=filters.councils)
    parameters = {"types": list(filters.types), "councils": list(filters.councils)}
    return source.table(BY_TYPE.format(where=of_these.narrowed()), **parameters)
