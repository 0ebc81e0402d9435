"""The fields of reports, and the relation from which they are counted."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from lacity_data_api.city.facts import RollupCatalog


class Field(StrEnum):
    """A column of a report; weekdays are numbers starting with 0 for Sunday."""

    CREATED_YEAR = "created_year"
    CREATED_MONTH = "created_month"
    CREATED_DOW = "created_dow"
    CREATED_HOUR = "created_hour"
    CREATED_DATE = "created_date"
    COUNCIL_NAME = "council_name"
    TYPE_NAME = "type_name"
    AGENCY_NAME = "agency_name"
    SOURCE_NAME = "source_name"
    GROUP_ID = "group_id"
    GROUP_NAME = "group_name"


# Each expression is valid for the days in a rollup and for the times of requests.
PARTS_OF_DAY = {
    "created_year": "CAST(extract(year FROM created_date) AS integer)",
    "created_month": "CAST(extract(month FROM created_date) AS integer)",
    "created_dow": "CAST(extract(dow FROM created_date) AS integer)",
    "created_date": "CAST(created_date AS date)",
}
DAYS = ("created_date", "closed_date")


class Names(NamedTuple):
    """The table with the names for an id."""

    table: str
    id: str


NAMES = {
    "council_name": Names("councils", "council_id"),
    "type_name": Names("request_types", "type_id"),
    "agency_name": Names("agencies", "agency_id"),
    "source_name": Names("sources", "source_id"),
    "group_name": Names("type_groups", "group_id"),
}


def column_of(name: str) -> str:
    """The column behind a field or the name of a filter."""
    if name in PARTS_OF_DAY:
        return "created_date"
    return NAMES[name].id if name in NAMES else name


def expression_of(name: str) -> str:
    """SQL for a field or the name of a filter, before ids become names."""
    return PARTS_OF_DAY.get(name, column_of(name))


def dimensions_of(names: Collection[str]) -> set[str]:
    """The columns that a relation needs for these fields and filters."""
    columns = {column_of(name) for name in names}
    return {"type_id" if column == "group_id" else column for column in columns}


def relation(names: Collection[str], catalog: RollupCatalog) -> str:
    """The narrowest relation that has the columns of these fields and filters."""
    columns, dimensions = {column_of(name) for name in names}, dimensions_of(names)
    rollup = catalog.narrowest(dimensions)
    table = rollup.table if rollup else _served_requests(dimensions, catalog)
    if "group_id" not in columns:
        return table
    groups = "(SELECT type_id, group_id FROM request_types) AS groups"
    return f"(SELECT * FROM {table} AS cells JOIN {groups} USING (type_id))"  # noqa: S608  our own names


def _served_requests(dimensions: Collection[str], catalog: RollupCatalog) -> str:
    """The individual requests, for combinations that no rollup covers.

    Dates remain timestamps here: the expressions of fields and filters are valid for both, and use the index.
    """
    columns = ", ".join(
        name if name in DAYS else f"{catalog.expressions[name]} AS {name}" for name in sorted(dimensions)
    )
    counts = "(NOT is_information)::integer AS requests, is_information::integer AS information"
    return f"(SELECT {columns}, {counts} FROM service_requests)"  # noqa: S608  from the catalog
