"""Filters of service requests as conditions on ``service_requests``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lacity_data_api.city.facts import Bounds
from lacity_data_api.params import Include
from lacity_data_api.statements import Filter, Where


class Status(StrEnum):
    """A request is closed if it has a closed date or a final status."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class RequestFilter(Filter):
    """Fields have the names of query parameters. None means no condition; an empty list matches nothing."""

    start_date: dt.date | None = None
    end_date: dt.date | None = None
    type_id: list[int] | None = None
    group_id: list[int] | None = None
    council_id: list[int] | None = None
    region_id: list[int] | None = None
    agency_id: list[int] | None = None
    source_id: list[int] | None = None
    status: Status | None = None
    bbox: Bounds | None = None
    # Requests without usable coordinates, which no map can show.
    unlocated: Include = Include.EXCLUDE
    # Calls for information, which are not requests.
    information: Include = Include.EXCLUDE


# Dates cover whole days: from midnight up to, but not including, the next midnight.
SINCE = "{column} >= CAST(:start_date AS date)"
UNTIL = "{column} < CAST(:end_date AS date) + 1"
# An id may exceed the range of the column's type; comparing with bigint still uses the indexes. Only for one
# id is an index read in order: otherwise, the newest requests of a council could take reading the whole city.
ONE_ID, ANY_ID = "{name} = CAST(:{name} AS bigint)", "{name} = ANY (CAST(:{name} AS bigint[]))"
OF_GROUP = "type_id IN (SELECT type_id FROM request_types WHERE {condition})"
# Conditions that follow from an id without an index: they keep the search for the newest requests of an
# agency that has few, or none, from reading all years.
OF_DAYS = """created_date >= (SELECT min(created_date) FROM {table} WHERE {condition})
   AND created_date < (SELECT max(created_date) + 1 FROM {table} WHERE {condition})"""
OF_TABLE = "EXISTS (SELECT FROM {table} WHERE {condition})"
IMPLIED = {
    "agency_id": (OF_DAYS, "rollup_day_agency"),
    "source_id": (OF_DAYS, "rollup_day_source"),
    # The region of requests outside all councils has no row of its own.
    "region_id": (OF_TABLE, "councils"),
}
IDS = ("type_id", "group_id", "council_id", "region_id", "agency_id", "source_id")
STATUS = {Status.OPEN: Where("is_open"), Status.CLOSED: Where("NOT is_open")}
# The index has single precision: it finds candidates, and the columns are then compared exactly.
IN_BOUNDS = """geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
       AND longitude BETWEEN :west AND :east AND latitude BETWEEN :south AND :north"""
LOCATED = Where("latitude IS NOT NULL")
NO_INFORMATION = Where("NOT is_information")


def _in_period(wanted: RequestFilter, columns: tuple[str, ...]) -> Where:
    """The condition that at least one of the columns lies within the filter's period."""
    values = {"start_date": wanted.start_date, "end_date": wanted.end_date}
    values = {name: value for name, value in values.items() if value is not None}
    if not values:
        return Where()
    template = " AND ".join(SINCE if name == "start_date" else UNTIL for name in values)
    periods = [template.format(column=column) for column in columns]
    return Where(
        periods[0] if len(periods) == 1 else f"({' OR '.join(f'({one})' for one in periods)})", values
    )


def _condition(name: str, ids: list[int]) -> str:
    return (ONE_ID if len(ids) == 1 else ANY_ID).format(name=name)


def has_id(name: str, ids: list[int]) -> Where:
    """The condition that a request has one of these ids; none if the list is empty."""
    condition = _condition(name, ids)
    sql = OF_GROUP.format(condition=condition) if name == "group_id" else condition
    return Where(sql, {name: ids[0] if len(ids) == 1 else ids})


def searched(wanted: RequestFilter) -> Where:
    """What follows from ``where`` of the same filter, whose values it shares, and helps to find few requests.

    Not for reading many: Postgres cannot estimate how many there are.
    """
    given = wanted.conditions
    parts = (
        Where(template.format(table=table, condition=_condition(name, given[name])))
        for name, (template, table) in IMPLIED.items()
        if name in given
    )
    return Where.all_of(parts)


def where(wanted: RequestFilter, date_columns: tuple[str, ...] = ("created_date",)) -> Where:
    """The condition for this filter; its SQL contains no text from clients."""
    given = wanted.conditions
    parts = [_in_period(wanted, date_columns)]
    parts += [has_id(name, given[name]) for name in IDS if name in given]
    if wanted.status is not None:
        parts.append(STATUS[wanted.status])
    if wanted.bbox is not None:
        parts.append(Where(IN_BOUNDS, wanted.bbox._asdict()))
    if wanted.unlocated is Include.EXCLUDE:
        parts.append(LOCATED)
    if wanted.information is Include.EXCLUDE:
        parts.append(NO_INFORMATION)
    return Where.all_of(part for part in parts if part.sql != "true")
