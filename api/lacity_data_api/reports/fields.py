"""What requests can be counted by, and where the counts stand ready."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Field(StrEnum):
    """A column of a report; weekdays are numbers from 0, a Sunday."""

    CREATED_YEAR = "created_year"
    CREATED_MONTH = "created_month"
    CREATED_DOW = "created_dow"
    CREATED_HOUR = "created_hour"
    CREATED_DATE = "created_date"
    COUNCIL_NAME = "council_name"
    TYPE_NAME = "type_name"
    AGENCY_NAME = "agency_name"
    SOURCE_NAME = "source_name"


# The same expressions hold for the days of rollups and the times of requests.
PARTS_OF_DAY = {
    "created_year": "CAST(extract(year FROM created_date) AS integer)",
    "created_month": "CAST(extract(month FROM created_date) AS integer)",
    "created_dow": "CAST(extract(dow FROM created_date) AS integer)",
    "created_date": "CAST(created_date AS date)",
}


class Names(NamedTuple):
    """Where the names of an id stand."""

    table: str
    id: str


NAMES = {
    "council_name": Names("councils", "council_id"),
    "type_name": Names("request_types", "type_id"),
    "agency_name": Names("agencies", "agency_id"),
    "source_name": Names("sources", "source_id"),
}

# From the narrowest to the widest; each counts every request by the columns named.
ROLLUPS = {
    "rollup_day_type": {"created_date", "type_id"},
    "rollup_day_source": {"created_date", "source_id"},
    "rollup_day_agency": {"created_date", "agency_id"},
    "rollup_day_council": {"created_date", "council_id"},
    "rollup_day_type_agency": {"created_date", "type_id", "agency_id"},
    "rollup_hour_type": {"created_date", "created_hour", "type_id"},
    "rollup_hour_source": {"created_date", "created_hour", "source_id"},
    "rollup_day_type_source": {"created_date", "type_id", "source_id"},
    "rollup_day_type_council": {"created_date", "type_id", "council_id"},
    "rollup_daily": {"created_date", "type_id", "council_id", "agency_id", "source_id"},
}
# Hours by council or agency, or by type and source together, are counted from the requests themselves.
REQUESTS = """(SELECT created_date, CAST(extract(hour FROM created_date) AS integer) AS created_hour,
               type_id, council_id, agency_id, source_id, 1 AS requests FROM service_requests)"""


def column_of(name: str) -> str:
    """The column of a rollup that a field or the name of a filter needs."""
    if name in PARTS_OF_DAY:
        return "created_date"
    return NAMES[name].id if name in NAMES else name


def expression_of(name: str) -> str:
    """What a field or the name of a filter is before ids become names."""
    return PARTS_OF_DAY.get(name, column_of(name))


def narrowest(names: Iterable[str]) -> str:
    """The smallest relation that can answer for all of these fields and filters."""
    needed = {column_of(name) for name in names}
    return next((table for table, columns in ROLLUPS.items() if needed <= columns), REQUESTS)
