"""What changed in a period: requests created, requests closed, and each of them."""

from __future__ import annotations

from psycopg.sql import SQL

from data.filters import Filters
from data.source import Source
from data.table import Table

# rollup_closed_day knows types and councils; so the numbers of new ones are narrowed by the same two.
CHANGES = SQL("""
    WITH new AS (
        SELECT type_id, created_date AS day, sum(requests) AS new FROM rollup_day_type_council
        WHERE created_date BETWEEN %(first)s AND %(last)s AND {narrowed} GROUP BY 1, 2
    ), closed AS (
        SELECT type_id, closed_date AS day, sum(requests) AS closed FROM rollup_closed_day
        WHERE closed_date BETWEEN %(first)s AND %(last)s AND {narrowed} GROUP BY 1, 2
    ), changes AS (
        SELECT type_id, day, coalesce(new, 0) AS new, coalesce(closed, 0) AS closed
        FROM new FULL JOIN closed USING (type_id, day)
    )
""")
BY_TYPE = SQL("""
    SELECT coalesce(n.type_name, 'Unknown') AS type, sum(new)::bigint AS new_requests,
        sum(closed)::bigint AS closed_requests, sum(new - closed)::bigint AS net_change, type_id AS _id
    FROM changes LEFT JOIN request_types n USING (type_id)
    GROUP BY type_id, n.type_name ORDER BY new_requests DESC, 1
""")
BY_DAY = SQL("""
    SELECT s.day::date AS day, coalesce(sum(new), 0)::bigint AS new_requests,
        coalesce(sum(closed), 0)::bigint AS closed_requests,
        coalesce(sum(new - closed), 0)::bigint AS net_change
    FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 day') s (day)
    LEFT JOIN changes c ON c.day = s.day::date
    GROUP BY s.day ORDER BY s.day
""")
REQUESTS = SQL("""
    WITH found AS (
        SELECT *, created_date >= %(first)s::date AND created_date < %(last)s::date + 1 AS is_new,
            coalesce(closed_date >= %(first)s::date AND closed_date < %(last)s::date + 1, false) AS is_closed
        FROM service_requests
        WHERE {narrowed} AND (created_date >= %(first)s::date AND created_date < %(last)s::date + 1
            OR closed_date >= %(first)s::date AND closed_date < %(last)s::date + 1)
    )
    SELECT f.srnumber AS sr_number, to_char(f.created_date, 'YYYY-MM-DD HH24:MI') AS created,
        to_char(f.closed_date, 'YYYY-MM-DD HH24:MI') AS closed,
        CASE WHEN is_new AND is_closed THEN 'new and closed' WHEN is_new THEN 'new' ELSE 'closed' END
            AS counted_as,
        coalesce(t.type_name, 'Unknown') AS type, coalesce(a.agency_name, 'Unknown') AS agency,
        coalesce(s.source_name, 'Unknown') AS source, f.address
    FROM found f LEFT JOIN request_types t USING (type_id) LEFT JOIN agencies a ON a.agency_id = f.agency_id
    LEFT JOIN sources s USING (source_id)
    ORDER BY f.created_date DESC, f.request_id DESC
""")


def by_type(source: Source, filters: Filters) -> Table:
    """Columns: type, new_requests, closed_requests, net_change (new minus closed), _id; most new first."""
    query = CHANGES.format(narrowed=filters.narrowed()) + BY_TYPE
    return source.table(query, **filters.parameters())


def by_day(source: Source, filters: Filters) -> Table:
    """Columns: day, new_requests, closed_requests, net_change (new minus closed); every day of the period."""
    query = CHANGES.format(narrowed=filters.narrowed()) + BY_DAY
    return source.table(query, **filters.parameters())


def requests(source: Source, filters: Filters) -> Table:
    """Every request that was created or closed in the period, the newest first.

    Columns: sr_number, created, closed (None: open), counted_as, type, agency, source, address.
    """
    return source.table(REQUESTS.format(narrowed=filters.narrowed()), **filters.parameters())
