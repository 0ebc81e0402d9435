"""The data of a council's brief for a period: requests open at its end, addresses, places, medians."""

from __future__ import annotations

from datetime import date, timedelta

from pandas import DataFrame
from psycopg.sql import SQL

from data.warehouse import Warehouse

OLD_DAYS = 90
# Open at the end of a day: open now and created by then, or closed after it. Each half has its own index.
OPEN_AT = SQL("""(
        SELECT {columns} FROM service_requests
        WHERE is_open AND NOT is_information AND council_id = %(council)s AND created_date < %(after)s::date
        UNION ALL
        SELECT {columns} FROM service_requests
        WHERE NOT is_open AND NOT is_information AND council_id = %(council)s
            AND created_date < %(after)s::date AND closed_date >= %(after)s::date
    ) AS waiting""")
OPEN = SQL("""
    SELECT count(*) AS open, count(*) FILTER (WHERE created_date < %(old)s::date) AS over_90_days
    FROM {waiting}
""").format(waiting=OPEN_AT.format(columns=SQL("created_date")))
OLDEST = SQL("""
    SELECT srnumber AS number, type_name AS type, address, created_date AS created,
        %(after)s::date - 1 - created_date::date AS days
    FROM {waiting} JOIN request_types USING (type_id) ORDER BY created_date, request_id LIMIT %(rows)s
""").format(waiting=OPEN_AT.format(columns=SQL("srnumber, type_id, address, created_date, request_id")))
ADDRESSES = SQL("""
    SELECT address, count(*) AS requests, string_agg(DISTINCT type_name, ', ' ORDER BY type_name) AS types
    FROM service_requests JOIN request_types USING (type_id)
    WHERE council_id = %(council)s AND created_date >= %(first)s::date AND created_date < %(last)s::date + 1
        AND NOT service_requests.is_information AND address <> ''
    GROUP BY address HAVING count(*) > 1 ORDER BY requests DESC, address LIMIT %(rows)s
""")
PLACES = SQL("""
    SELECT longitude, latitude, count(*) AS requests FROM service_requests
    WHERE council_id = %(council)s AND created_date >= %(first)s::date AND created_date < %(last)s::date + 1
        AND NOT is_information AND latitude IS NOT NULL
    GROUP BY 1, 2 ORDER BY 3, 1, 2
""")
MEDIAN = SQL("""
    SELECT count(*) AS closed,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY days_to_close(created_date, closed_date)) AS median_days
    FROM service_requests
    WHERE council_id = %(council)s AND closed_date >= %(first)s::date AND closed_date < %(last)s::date + 1
        AND NOT is_information
""")


def open_at(warehouse: Warehouse, council: int, day: date) -> tuple[int, int]:
    """Requests open at the end of a day, and how many of them were created more than 90 days before."""
    found = warehouse.frame(OPEN, council=council, **_end_of(day)).iloc[0]
    return int(found["open"]), int(found["over_90_days"])


def oldest(warehouse: Warehouse, council: int, day: date, rows: int) -> DataFrame:
    """The oldest requests open at the end of a day. Columns: number, type, address, created, days."""
    return warehouse.frame(OLDEST, council=council, rows=rows, **_end_of(day))


def _end_of(day: date) -> dict[str, date]:
    return {"after": day + timedelta(days=1), "old": day - timedelta(days=OLD_DAYS)}


def addresses(warehouse: Warehouse, council: int, first: date, last: date, rows: int) -> DataFrame:
    """Addresses with more than one request created in the period. Columns: address, requests, types."""
    return warehouse.frame(ADDRESSES, council=council, first=first, last=last, rows=rows)


def places(warehouse: Warehouse, council: int, first: date, last: date) -> DataFrame:
    """Locations of the requests created in the period. Columns: longitude, latitude, requests."""
    return warehouse.frame(PLACES, council=council, first=first, last=last)


def closed(warehouse: Warehouse, council: int, first: date, last: date) -> tuple[int, int | None]:
    """Requests closed in the period, and their median days to close, which is None if there are none."""
    found = warehouse.frame(MEDIAN, council=council, first=first, last=last).iloc[0]
    number = int(found["closed"])
    return number, int(found["median_days"]) if number else None
