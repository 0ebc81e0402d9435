"""Filters of GeoReport as conditions on ``service_requests``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from lacity_data_api.city.facts import Bounds
from lacity_data_api.params import Include
from lacity_data_api.requests.filters import IN_BOUNDS, NO_INFORMATION, STATUS, Status, has_id
from lacity_data_api.statements import Where

# Shorter than any degree of latitude, so that the rectangle contains the whole circle.
METERS_PER_DEGREE = 110_000


class Span(NamedTuple):
    """Published times from the first up to, but not including, the end; None is unbounded."""

    first: dt.datetime | None = None
    end: dt.datetime | None = None


class Circle(NamedTuple):
    """A center in degrees and a radius in meters."""

    latitude: float
    longitude: float
    radius: float

    @property
    def bounds(self) -> Bounds:
        """A rectangle around the circle."""
        high = self.radius / METERS_PER_DEGREE
        widest = math.cos(math.radians(min(89.0, abs(self.latitude) + high)))
        wide = high / widest
        return Bounds(
            self.longitude - wide, self.latitude - high, self.longitude + wide, self.latitude + high
        )


UNBOUNDED = Span()


@dataclass(frozen=True)
class RequestsFilter:
    """None means no condition; an empty list matches nothing."""

    numbers: list[str] | None = None
    type_ids: list[int] | None = None
    requested: Span = UNBOUNDED
    updated: Span = UNBOUNDED
    status: Status | None = None
    bbox: Bounds | None = None
    circle: Circle | None = None
    information: Include = Include.EXCLUDE

    @property
    def is_by_day_and_type(self) -> bool:
        """Whether a rollup can count the whole days of this filter."""
        others = (self.numbers, self.status, self.bbox, self.circle)
        return self.updated == UNBOUNDED and all(value is None for value in others)


REQUESTED = ("created_date >= :requested_from", "created_date < :requested_until")
# For closed requests the closed date, else the published time of the last change.
UPDATED = """(closed_date >= :updated_from AND closed_date < :updated_until
        OR closed_date IS NULL AND request_id IN (
           SELECT id FROM requests WHERE updateddate >= :updated_from AND updateddate < :updated_until))"""
NUMBERS = "srnumber = ANY (CAST(:srnumbers AS text[]))"
# The rectangle finds candidates through the index; the distance then decides.
IN_CIRCLE = """geom && ST_MakeEnvelope(:near_west, :near_south, :near_east, :near_north, 4326)
       AND ST_DistanceSphere(geom, ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)) <= :radius"""


def _requested(span: Span) -> Iterator[Where]:
    if span.first is not None:
        yield Where(REQUESTED[0], {"requested_from": span.first})
    if span.end is not None:
        yield Where(REQUESTED[1], {"requested_until": span.end})


def _in_circle(circle: Circle) -> Where:
    near = {f"near_{name}": value for name, value in circle.bounds._asdict().items()}
    return Where(IN_CIRCLE, {**near, **circle._asdict()})


def _conditions(wanted: RequestsFilter) -> Iterator[Where]:
    yield from _requested(wanted.requested)
    if wanted.type_ids is not None:
        yield has_id("type_id", wanted.type_ids)
    if wanted.updated != UNBOUNDED:
        values: dict[str, Any] = {"updated_from": wanted.updated.first, "updated_until": wanted.updated.end}
        yield Where(UPDATED, values)
    if wanted.status is not None:
        yield STATUS[wanted.status]
    if wanted.bbox is not None:
        yield Where(IN_BOUNDS, wanted.bbox._asdict())
    if wanted.circle is not None:
        yield _in_circle(wanted.circle)
    if wanted.information is Include.EXCLUDE:
        yield NO_INFORMATION


def where(wanted: RequestsFilter) -> Where:
    """The condition for this filter; numbers override all others."""
    if wanted.numbers is not None:
        return Where(NUMBERS, {"srnumbers": wanted.numbers})
    return Where.all_of(_conditions(wanted))
