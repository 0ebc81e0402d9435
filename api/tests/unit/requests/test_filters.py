"""The filters of requests as conditions with bound values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from lacity_data_api.city.facts import Bounds
from lacity_data_api.params import Include
from lacity_data_api.requests.filters import RequestFilter, Status, where
from lacity_data_api.statements import Where

DAY = dt.date(2026, 11, 24)
ALL = {"unlocated": Include.INCLUDE, "information": Include.INCLUDE}


def conditions(found: Where) -> list[str]:
    return [" ".join(line.split()) for line in found.sql.split("\n   AND ")]


def test_requests_on_a_map_are_located_and_are_requests() -> None:
    assert conditions(where(RequestFilter())) == ["latitude IS NOT NULL", "NOT is_information"]
    assert where(RequestFilter(**ALL)) == Where()


@pytest.mark.parametrize(
    ("wanted", "condition", "values"),
    [
        ({"start_date": DAY}, "created_date >= CAST(:start_date AS date)", {"start_date": DAY}),
        ({"end_date": DAY}, "created_date < CAST(:end_date AS date) + 1", {"end_date": DAY}),
        (
            {"start_date": DAY, "end_date": DAY},
            "created_date >= CAST(:start_date AS date) AND created_date < CAST(:end_date AS date) + 1",
            {"start_date": DAY, "end_date": DAY},
        ),
        ({"council_id": []}, "council_id = ANY (CAST(:council_id AS bigint[]))", {"council_id": []}),
        ({"type_id": [4]}, "type_id = CAST(:type_id AS bigint)", {"type_id": 4}),
        ({"type_id": [4, 5]}, "type_id = ANY (CAST(:type_id AS bigint[]))", {"type_id": [4, 5]}),
        (
            {"group_id": [4]},
            "type_id IN (SELECT type_id FROM request_types WHERE group_id = CAST(:group_id AS bigint))",
            {"group_id": 4},
        ),
        ({"status": Status.OPEN}, "is_open", {}),
        ({"status": Status.CLOSED}, "NOT is_open", {}),
    ],
)
def test_a_filter_is_one_condition(wanted: dict[str, Any], condition: str, values: dict[str, Any]) -> None:
    found = where(RequestFilter(**ALL, **wanted))
    assert (conditions(found), found.values) == ([condition], values)


def test_a_request_matches_if_one_of_its_dates_does() -> None:
    found = where(RequestFilter(start_date=DAY, **ALL), ("created_date", "closed_date"))
    assert found.sql == (
        "((created_date >= CAST(:start_date AS date)) OR (closed_date >= CAST(:start_date AS date)))"
    )
    assert found.values == {"start_date": DAY}


def test_bounds_are_compared_exactly_after_the_index() -> None:
    found = where(RequestFilter(bbox=Bounds(-119, 33, -117, 35), **ALL))
    assert "longitude BETWEEN :west AND :east AND latitude BETWEEN :south AND :north" in found.sql
    assert found.values == {"west": -119, "south": 33, "east": -117, "north": 35}


def test_conditions_are_joined() -> None:
    found = where(RequestFilter(start_date=DAY, group_id=[1, 2], status=Status.OPEN))
    assert conditions(found) == [
        "created_date >= CAST(:start_date AS date)",
        "type_id IN (SELECT type_id FROM request_types WHERE group_id = ANY (CAST(:group_id AS bigint[])))",
        "is_open",
        "latitude IS NOT NULL",
        "NOT is_information",
    ]
    assert found.values == {"start_date": DAY, "group_id": [1, 2]}
