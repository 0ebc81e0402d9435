"""How long requests take: whole days from created to closed, with exact percentiles.

A percentile is the smallest number of days within which that share of the requests was closed
(``percentile_disc``); ``close_statistics`` in the database defines it. Requests without a closed date do not
count.
"""

from __future__ import annotations

from pandas import DataFrame
from psycopg.sql import SQL, Composable, Identifier

from data.catalog import SERVED
from data.filters import AREAS, Dimension, Filters
from data.warehouse import Warehouse

STATISTICS = SQL("""
    SELECT {keys} closed_requests, min_days, q1_days, median_days, q3_days, p90_days, max_days,
        same_day_requests, within_7_days_requests {ids}
    FROM close_statistics(%(by)s, {months}, {types}, {councils}) {joins}
    ORDER BY {order} median_days DESC, q3_days DESC, 1
""")
MONTHS = SQL("date_trunc('month', %(first)s::timestamp)::date, %(last)s::date")
DAYS = SQL("""
    SELECT council_name AS council, days_to_close(created_date, closed_date) AS days, count(*) AS requests
    FROM {served} JOIN {areas} AS councils USING (council_id)
    WHERE created_date >= %(first)s::date AND created_date < %(last)s::date + 1
        AND closed_date IS NOT NULL AND (%(information)s OR NOT is_information) AND {narrowed}
    GROUP BY 1, 2 ORDER BY 1, 2
""")


KNOWN_BY = ("type_id", "council_id")


def is_known(filters: Filters) -> bool:
    """Whether ``statistics`` supports all of the filters."""
    return all(one.column in KNOWN_BY for one in filters.used)


def statistics(
    warehouse: Warehouse,
    filters: Filters,
    *keys: Dimension,
    by_month: bool = False,
    ever: bool = False,
    with_ids: bool = False,
) -> DataFrame:
    """Days to close of the requests closed in the months that the period touches, or ``ever``.

    Only filters by type, group, council and region apply. One row per key (a dimension under its name, the
    ``month`` of closing), slowest first: closed_requests, min_days, q1_days, median_days, q3_days,
    p90_days, max_days, same_day_requests, within_7_days_requests; ``with_ids`` also the ids of the keys
    (``type_id``), because two types may share a name.
    """
    columns = [SQL("{} AS {},").format(Identifier(key.label), Identifier(key.name)) for key in keys]
    months = [SQL("closed_month AS month,")] if by_month else []
    query = STATISTICS.format(
        keys=SQL(" ").join([*columns, *months]),
        months=SQL("NULL, NULL") if ever else MONTHS,
        types=_ids(filters, "type_id", "request_types"),
        councils=_ids(filters, "council_id", "councils"),
        ids=SQL(" ").join(SQL(", {}").format(Identifier(key.id)) for key in keys if with_ids),
        joins=SQL(" ").join(map(_join, keys)),
        order=SQL("closed_month,") if by_month else SQL(""),
    )
    named = [key.id for key in keys] + (["closed_month"] if by_month else [])
    return warehouse.frame(query, **filters.parameters(), by=named)


def _ids(filters: Filters, column: str, table: str) -> Composable:
    """The chosen ids as an array; null for all."""
    if not any(one.column == column for one in filters.used):
        return SQL("NULL")
    return SQL("ARRAY(SELECT {column} FROM {table} WHERE {chosen})::bigint[]").format(
        column=Identifier(column), table=Identifier(table), chosen=filters.narrowed(column)
    )


def _join(key: Dimension) -> Composable:
    if key.id == key.column:
        return SQL("JOIN {} AS {} USING ({})").format(
            SQL(key.relation), Identifier(f"{key.name}_names"), Identifier(key.id)
        )
    named = SQL("JOIN (SELECT DISTINCT {id}, {label} FROM {relation} AS listed) AS {name} USING ({id})")
    return named.format(
        id=Identifier(key.id),
        label=Identifier(key.label),
        relation=SQL(key.relation),
        name=Identifier(f"{key.name}_names"),
    )


def days(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """Requests created in the period that have been closed since. Columns: council, days, requests."""
    query = DAYS.format(served=SERVED, areas=SQL(AREAS), narrowed=filters.narrowed())
    return warehouse.frame(query, **filters.parameters(), information=filters.includes_information)
