"""Requests created and closed in a period: counts, and the individual requests."""

from __future__ import annotations

from pandas import DataFrame
from psycopg.sql import SQL

from data.catalog import CLOSED, SERVED
from data.counts import Key, count
from data.filters import Filters
from data.warehouse import Warehouse

REQUESTS = SQL("""
    WITH found AS (
        SELECT *, created_date >= %(first)s::date AND created_date < %(last)s::date + 1 AS is_new,
            coalesce(closed_date >= %(first)s::date AND closed_date < %(last)s::date + 1, false) AS is_closed
        FROM {served}
        WHERE NOT is_information AND {narrowed}
            AND (created_date >= %(first)s::date AND created_date < %(last)s::date + 1
                OR closed_date >= %(first)s::date AND closed_date < %(last)s::date + 1)
    )
    SELECT srnumber AS sr_number, type_name AS type, address,
        to_char(created_date, 'YYYY-MM-DD HH24:MI') AS created,
        to_char(closed_date, 'YYYY-MM-DD HH24:MI') AS closed,
        CASE WHEN is_new AND is_closed THEN 'new and closed' WHEN is_new THEN 'new' ELSE 'closed' END
            AS counted_as,
        agency_name AS agency, source_name AS source,
        latitude IS NOT NULL AS on_map
    FROM found JOIN request_types USING (type_id) JOIN agencies a ON a.agency_id = found.agency_id
    JOIN sources USING (source_id)
    ORDER BY created_date DESC, request_id DESC
""")


def by(warehouse: Warehouse, filters: Filters, key: Key) -> DataFrame:
    """Columns: the key, new_requests, closed_requests, net_change (new minus closed); most new first."""
    name = key if isinstance(key, str) else key.name
    new = count(warehouse, filters, key).set_index(name)["requests"].rename("new_requests")
    closed = count(warehouse, filters, key, population=CLOSED).set_index(name)["requests"]
    both = new.to_frame().join(closed.rename("closed_requests"), how="outer").fillna(0).astype("int64")
    both["net_change"] = both["new_requests"] - both["closed_requests"]
    return (
        both.rename_axis(name)
        .reset_index()
        .sort_values(["new_requests", name], ascending=[False, True], ignore_index=True)
    )


def requests(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """Every counted request that was created or closed in the period, newest first.

    Columns: sr_number, type, address, created, closed (None without a closed date), counted_as, agency,
    source, on_map.
    """
    return warehouse.frame(
        REQUESTS.format(served=SERVED, narrowed=filters.narrowed()), **filters.parameters()
    )
