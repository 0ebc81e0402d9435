"""What a query must return, decided row by row in Python."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.support.databases import Database

ZONE = ZoneInfo("America/Los_Angeles")
SPAN = dt.timedelta(days=90)
ROWS = """
SELECT served.srnumber, created_date, coalesce(closed_date, updateddate), is_open, type_id, is_information,
       served.latitude, served.longitude
  FROM service_requests AS served JOIN requests ON id = request_id ORDER BY created_date, request_id
"""


class Row(NamedTuple):
    number: str
    created: dt.datetime
    updated: dt.datetime
    is_open: bool
    type_id: int
    is_information: bool
    latitude: float | None
    longitude: float | None


Test = Callable[[Row], bool]


def rows(database: Database) -> list[Row]:
    """All requests, oldest first."""
    return [Row(*values) for values in database.run(ROWS)]


def meters(row: Row, latitude: float, longitude: float) -> float:
    """The distance on a sphere, by the haversine formula."""
    assert row.latitude is not None
    assert row.longitude is not None
    first, second = math.radians(row.latitude), math.radians(latitude)
    half = [(second - first) / 2, math.radians(longitude - row.longitude) / 2]
    chord = math.sin(half[0]) ** 2 + math.cos(first) * math.cos(second) * math.sin(half[1]) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(chord))


def _days(choose: random.Random, names: tuple[str, str], value: Callable[[Row], dt.datetime]) -> Any:
    """One or both ends of a period."""
    first = dt.datetime.now(ZONE) - dt.timedelta(days=choose.randint(0, 420))
    last = first + dt.timedelta(days=choose.randint(0, 89))
    given = choose.choice([(0,), (1,), (0, 1), (0, 1)])
    low = first if 0 in given else last - SPAN
    high = last if 1 in given else first + SPAN
    texts = [_written(choose, moment) for moment in (first, last)]
    parameters = {names[end]: texts[end] for end in given}
    return parameters, lambda row: low <= value(row).replace(tzinfo=ZONE).astimezone(dt.UTC) <= high


def _written(choose: random.Random, moment: dt.datetime) -> str:
    zones = (dt.UTC, ZONE, ZoneInfo("Asia/Kolkata"))
    return moment.astimezone(choose.choice(zones)).isoformat()


def _place(choose: random.Random) -> tuple[dict[str, Any], Test]:
    latitude, longitude = 34 + choose.random() / 5, -118.4 + choose.random() / 5
    if choose.random() < 0.5:
        parameters = {"lat": latitude, "long": longitude, "radius": choose.randint(500, 15_000)}
        near = parameters["radius"]
        return parameters, lambda row: row.latitude is not None and meters(row, latitude, longitude) <= near
    west, south, east, north = longitude - 0.05, latitude - 0.03, longitude + 0.05, latitude + 0.03
    return (
        {"bbox": f"{west},{south},{east},{north}"},
        lambda row: (
            row.latitude is not None
            and row.longitude is not None
            and south <= row.latitude <= north
            and west <= row.longitude <= east
        ),
    )


def query(choose: random.Random) -> tuple[dict[str, Any], Test]:
    """Random parameters, and which rows they must return."""
    parts: list[tuple[dict[str, Any], Test]] = []
    if choose.random() < 0.6:
        parts.append(_days(choose, ("start_date", "end_date"), lambda row: row.created))
    if choose.random() < 0.3:
        parts.append(_days(choose, ("updated_after", "updated_before"), lambda row: row.updated))
    if not parts:
        end = dt.datetime.combine(dt.datetime.now(ZONE).date() + dt.timedelta(days=1), dt.time())
        parts.append(({}, lambda row: end - SPAN <= row.created < end))
    if choose.random() < 0.4:
        codes = choose.sample(range(1, 12), 3)
        parts.append(({"service_code": ", ".join(map(str, codes))}, lambda row: row.type_id in codes))
    if choose.random() < 0.4:
        status = choose.choice(["open", "closed", "open,closed", ""])
        allowed = status or "open,closed"
        parts.append(({"status": status}, lambda row: ("open" if row.is_open else "closed") in allowed))
    if choose.random() < 0.3:
        parts.append(_place(choose))
    is_included = choose.random() < 0.2
    included = {"information": "include"} if is_included else {}
    parts.append((included, lambda row: is_included or not row.is_information))
    parameters = {name: value for given, _ in parts for name, value in given.items()}
    return parameters, lambda row: all(test(row) for _, test in parts)
