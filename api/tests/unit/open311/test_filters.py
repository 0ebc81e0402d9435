"""The filters of Open311 as conditions with bound values."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from lacity_data_api.city.facts import Bounds
from lacity_data_api.open311.filters import METERS_PER_DEGREE, Circle, RequestsFilter, Span, where
from lacity_data_api.params import Include
from lacity_data_api.requests.filters import Status
from lacity_data_api.statements import Where

FIRST, END = dt.datetime.fromisoformat("2026-11-24T08:00"), dt.datetime.fromisoformat("2026-11-25T08:00")
PLACE = Circle(34.0, -118.0, 1_000)


def test_bounds_touch_the_circle_on_every_side() -> None:
    west, south, east, north = PLACE.bounds
    degrees = 1_000 / METERS_PER_DEGREE
    assert (34 - south, north - 34) == pytest.approx((degrees, degrees))
    # A degree of longitude is shortest at the edge that is nearest to a pole.
    longest = degrees / math.cos(math.radians(north))
    assert (-118 - west, east + 118) == pytest.approx((longest, longest))


def test_bounds_south_of_the_equator_are_the_mirror_image() -> None:
    north, south = PLACE.bounds, Circle(-34.0, -118.0, 1_000).bounds
    assert (south.west, south.east) == (north.west, north.east)
    assert (south.south, south.north) == (-north.north, -north.south)


def test_bounds_at_a_pole_are_finite() -> None:
    assert Circle(90.0, 0.0, 1_000).bounds.east == pytest.approx(
        1_000 / METERS_PER_DEGREE / math.cos(math.radians(89))
    )


@pytest.mark.parametrize(
    ("wanted", "condition", "values"),
    [
        ({}, "true", {}),
        ({"requested": Span(first=FIRST)}, "created_date >= :requested_from", {"requested_from": FIRST}),
        ({"requested": Span(end=END)}, "created_date < :requested_until", {"requested_until": END}),
        ({"type_ids": []}, "type_id = ANY (CAST(:type_id AS bigint[]))", {"type_id": []}),
        ({"status": Status.CLOSED}, "NOT is_open", {}),
        ({"numbers": ["1-1"]}, "srnumber = ANY (CAST(:srnumbers AS text[]))", {"srnumbers": ["1-1"]}),
    ],
)
def test_a_filter_is_one_condition(wanted: dict[str, Any], condition: str, values: dict[str, Any]) -> None:
    assert where(RequestsFilter(**wanted, information=Include.INCLUDE)) == Where(condition, values)


def test_information_calls_are_excluded_by_default() -> None:
    assert where(RequestsFilter()) == Where("NOT is_information")


def test_numbers_override_all_other_filters() -> None:
    wanted = RequestsFilter(numbers=["1-1"], type_ids=[4], status=Status.OPEN, circle=PLACE)
    assert where(wanted).values == {"srnumbers": ["1-1"]}


def test_conditions_are_joined() -> None:
    bounds = Bounds(-119, 33, -117, 35)
    found = where(RequestsFilter(requested=Span(FIRST, END), updated=Span(FIRST), bbox=bounds, circle=PLACE))
    near = {f"near_{name}": value for name, value in PLACE.bounds._asdict().items()}
    assert found.values == {
        "requested_from": FIRST,
        "requested_until": END,
        "updated_from": FIRST,
        "updated_until": None,
        **bounds._asdict(),
        **PLACE._asdict(),
        **near,
    }
    assert found.sql.endswith("NOT is_information")


@pytest.mark.parametrize(
    "other",
    [
        {"numbers": ["1-1"]},
        {"status": Status.OPEN},
        {"bbox": Bounds(-119, 33, -117, 35)},
        {"circle": PLACE},
        {"updated": Span(first=FIRST)},
        {"updated": Span(end=END)},
    ],
)
def test_a_rollup_counts_days_and_types_only(other: dict[str, Any]) -> None:
    wanted = {"requested": Span(FIRST, END), "type_ids": [4]}
    assert RequestsFilter(**wanted).is_by_day_and_type
    assert not RequestsFilter(**wanted, **other).is_by_day_and_type
