"""Which requests are meant, and the SQL that finds them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple


class Status(StrEnum):
    """The city's own convention: a request with a closed date is closed."""

    OPEN = "open"
    CLOSED = "closed"


class Box(NamedTuple):
    """Degrees, edges included."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class RequestFilter:
    """What is None does not matter; an empty list finds nothing."""

    start_date: dt.date | None = None
    end_date: dt.date | None = None
    type_ids: list[int] | None = None
    council_ids: list[int] | None = None
    region_ids: list[int] | None = None
    agency_ids: list[int] | None = None
    source_ids: list[int] | None = None
    status: Status | None = None
    box: Box | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What does matter, by name; part of the key of an answer."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


# Days are whole ones: from midnight to the last instant before the next.
SINCE = "{column} >= CAST(:start_date AS date)"
UNTIL = "{column} < CAST(:end_date AS date) + 1"
# Numbers may be larger than the columns' type; comparing arrays of bigint still uses the indexes.
CONDITIONS = {
    "type_ids": "type_id = ANY (CAST(:type_ids AS bigint[]))",
    "council_ids": "council_id = ANY (CAST(:council_ids AS bigint[]))",
    "region_ids": "region_id = ANY (CAST(:region_ids AS bigint[]))",
    "agency_ids": "agency_id = ANY (CAST(:agency_ids AS bigint[]))",
    "source_ids": "source_id = ANY (CAST(:source_ids AS bigint[]))",
}
OF_STATUS = {Status.OPEN: "closed_date IS NULL", Status.CLOSED: "closed_date IS NOT NULL"}
# The index holds single precision: it finds, the columns decide.
IN_BOX = """geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
       AND longitude BETWEEN :west AND :east AND latitude BETWEEN :south AND :north"""


class Where(NamedTuple):
    """A condition and the values of its parameters."""

    sql: str
    parameters: dict[str, Any]


def _during(wanted: RequestFilter, columns: tuple[str, ...]) -> list[str]:
    """One of the columns lies within the days asked for."""
    bounds = []
    if wanted.start_date is not None:
        bounds.append(SINCE)
    if wanted.end_date is not None:
        bounds.append(UNTIL)
    if not bounds:
        return []
    spans = [" AND ".join(bounds).format(column=column) for column in columns]
    return [spans[0] if len(spans) == 1 else "(" + " OR ".join(f"({span})" for span in spans) + ")"]


def where(wanted: RequestFilter, dated_by: tuple[str, ...] = ("created_date",)) -> Where:
    """The condition on ``service_requests`` for this filter; only names and texts of ours are in it."""
    given = wanted.given
    conditions = _during(wanted, dated_by)
    conditions += [condition for name, condition in CONDITIONS.items() if name in given]
    parameters = {name: value for name, value in given.items() if name not in {"status", "box"}}
    if wanted.status is not None:
        conditions.append(OF_STATUS[wanted.status])
    if wanted.box is not None:
        conditions.append(IN_BOX)
        parameters |= wanted.box._asdict()
    return Where("\n   AND ".join(conditions) or "true", parameters)
