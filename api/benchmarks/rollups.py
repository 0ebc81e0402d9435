"""The rollups as plain GROUP BYs over all served requests: the truth that incremental upkeep must equal."""

from __future__ import annotations

from typing import Any

DIMENSIONS: dict[str, str] = {
    "created_date": "created_date::date",
    "created_hour": "extract(hour FROM created_date)::integer",
    "closed_date": "closed_date::date",
    "closed_month": "date_trunc('month', closed_date)::date",
    "days_to_close": "greatest(0, closed_date::date - created_date::date)",
    "type_id": "type_id",
    "council_id": "council_id",
    "agency_id": "agency_id",
    "source_id": "source_id",
}
CLOSED, OPEN, ALL = "closed_date IS NOT NULL", "closed_date IS NULL", "true"
ROLLUPS: dict[str, tuple[tuple[str, ...], str]] = {
    "rollup_daily": (("created_date", "type_id", "council_id", "agency_id", "source_id"), ALL),
    "rollup_day_type": (("created_date", "type_id"), ALL),
    "rollup_day_council": (("created_date", "council_id"), ALL),
    "rollup_day_agency": (("created_date", "agency_id"), ALL),
    "rollup_day_source": (("created_date", "source_id"), ALL),
    "rollup_day_type_agency": (("created_date", "type_id", "agency_id"), ALL),
    "rollup_day_type_source": (("created_date", "type_id", "source_id"), ALL),
    "rollup_day_type_council": (("created_date", "type_id", "council_id"), ALL),
    "rollup_hour_type": (("created_date", "created_hour", "type_id"), ALL),
    "rollup_hour_source": (("created_date", "created_hour", "source_id"), ALL),
    "rollup_closed_day": (("closed_date", "type_id", "council_id"), CLOSED),
    "rollup_close_days": (("type_id", "council_id", "days_to_close"), CLOSED),
    "rollup_close_month": (("closed_month", "type_id", "council_id", "days_to_close"), CLOSED),
    "rollup_open": (("type_id", "council_id"), OPEN),
}


def recount(cursor: Any) -> None:
    """Replace every rollup by a count of what ``service_requests`` holds, through an open DB-API cursor."""
    for table, (names, condition) in ROLLUPS.items():
        columns = ", ".join(names)
        values = ", ".join(DIMENSIONS[name] for name in names)
        positions = ", ".join(str(number + 1) for number in range(len(names)))
        cursor.execute(f"DELETE FROM {table}")
        cursor.execute(
            f"INSERT INTO {table} ({columns}, requests) SELECT {values}, count(*)"
            f" FROM service_requests WHERE {condition} GROUP BY {positions} ORDER BY {_order(names)}"
        )


def _order(names: tuple[str, ...]) -> str:
    """A day's cells by council, as the pipeline writes them."""
    places = range(2, len(names) + 1)
    return ", ".join(map(str, (1, *sorted(places, key=lambda place: names[place - 1] != "council_id"))))
