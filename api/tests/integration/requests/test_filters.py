"""The requests that a filter selects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

BEYOND_INT32 = 2**31
BEYOND_INT64 = 2**63
ROWS: dict[str, dict[str, Any]] = {
    "no council": {"council_id": 0, "created_date": "2020-01-08"},
    "no type": {"type_id": 0, "created_date": "2020-01-07"},
    "graffiti": {"type_id": 1, "agency_id": 4, "source_id": 7, "created_date": "2020-01-06"},
    "closed": {"type_id": 2, "closed_date": "2020-01-09", "created_date": "2020-01-05"},
    "elsewhere": {"council_id": 1, "latitude": 34.25, "longitude": -118.44, "created_date": "2020-01-04"},
    "learned": {"type_id": 7777, "agency_id": 7777, "source_id": 7777, "created_date": "2020-01-03"},
    "ended": {"is_open": False, "status": "Cancelled", "created_date": "2020-01-02"},
}
# Left out of lists by default.
LEFT_OUT: dict[str, dict[str, Any]] = {
    "unlocated": {"latitude": None, "longitude": None, "created_date": "2020-01-01"},
    "information": {"is_information": True, "created_date": "2019-12-31"},
}
EVERYTHING = list(ROWS)
CLOSED = ["closed", "ended"]


@pytest.fixture(scope="module", autouse=True)
def names(database: Database) -> dict[int, str]:
    rows = ROWS | LEFT_OUT
    database.run("INSERT INTO type_groups (group_id, group_name) VALUES (5, 'Streets')")
    database.run("UPDATE request_types SET group_id = 5 WHERE type_id IN (1, 2)")
    return dict(zip(add_requests(database, *rows.values()), rows, strict=True))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, EVERYTHING),
        ({"council_id": 0}, ["no council"]),
        ({"type_id": 0}, ["no type"]),
        ({"type_id": [1, 2]}, ["graffiti", "closed"]),
        ({"council_id": [0, 1]}, ["no council", "elsewhere"]),
        ({"region_id": 1}, ["elsewhere"]),
        ({"region_id": 0}, ["no council"]),
        ({"region_id": [0, 1]}, ["no council", "elsewhere"]),
        ({"agency_id": 4}, ["graffiti"]),
        ({"source_id": [7, 7777]}, ["graffiti", "learned"]),
        ({"status": "closed"}, CLOSED),
        ({"status": "open"}, [name for name in EVERYTHING if name not in CLOSED]),
        ({"bbox": "-118.45,34.2,-118.4,34.3"}, ["elsewhere"]),
        ({"bbox": "-118.44,34.25,-118.44,34.25"}, ["elsewhere"]),
        ({"bbox": "-118.4399999,34.25,-118.4,34.3"}, []),
        ({"bbox": "-180,-90,180,90"}, EVERYTHING),
        ({"type_id": [1, 2], "status": "open", "council_id": 52}, ["graffiti"]),
        ({"group_id": 5}, ["graffiti", "closed"]),
        ({"group_id": [5, BEYOND_INT32], "type_id": 1}, ["graffiti"]),
        ({"unlocated": "include"}, [*EVERYTHING, "unlocated"]),
        ({"unlocated": "exclude", "information": "exclude"}, EVERYTHING),
        ({"information": "include"}, [*EVERYTHING, "information"]),
        ({"information": "include", "unlocated": "include"}, [*EVERYTHING, *LEFT_OUT]),
        ({"type_id": BEYOND_INT32}, []),
        ({"council_id": -1}, []),
        ({"type_id": [BEYOND_INT32, 1]}, ["graffiti"]),
    ],
)
@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
def test_filter(
    api: Api, names: dict[int, str], path: str, parameters: dict[str, Any], expected: list[str]
) -> None:
    assert [names[row["requestId"]] for row in api.json(path, **parameters)] == expected


@pytest.mark.parametrize(
    "parameters",
    [
        {"type_id": "x"},
        {"type_id": BEYOND_INT64},
        {"type_id": list(range(1_001))},
        {"type_id": [1] * 1_001},
        {"status": "Open"},
        {"bbox": "1,2,3"},
        {"bbox": "1,2,3,4,5"},
        {"bbox": "a,b,c,d"},
        {"bbox": "-118,34,-119,35"},
        {"bbox": "-118,35,-117,34"},
        {"bbox": "nan,0,1,1"},
        {"bbox": "-inf,0,inf,1"},
        {"bbox": "34.2,-118.45,34.3,-118.4"},
        {"bbox": "-181,0,0,1"},
        {"bbox": "0,0,1,90.5"},
        {"unlocated": "true"},
        {"information": ""},
        {"skip": -1},
        {"skip": BEYOND_INT64},
        {"limit": -1},
        {"limit": 100_001},
        {"limit": "all"},
        {"cursor": "x"},
        {"cursor": f"1.{2**63}"},
        {"cursor": "999999999999999999.1"},
        {"cursor": "1.1' OR true --"},
        {"stream": "perhaps"},
        {"stream": "true"},
        {"stream": "true", "start_date": "2020-01-01", "end_date": "2021-01-01"},
    ],
)
def test_invalid_parameter_is_422(api: Api, parameters: dict[str, Any]) -> None:
    response = api.get("/requests", **parameters)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"][0] == "query"


def test_latitude_first_is_explained(api: Api) -> None:
    response = api.get("/requests", bbox="34.2,-118.45,34.3,-118.4")
    assert "longitude first" in response.json()["detail"][0]["msg"]


def test_a_box_far_from_the_city_is_empty(api: Api) -> None:
    assert api.json("/requests", bbox="2.2,48.8,2.4,48.9") == []


def test_learned_codes_are_served_with_their_names(api: Api) -> None:
    (row,) = api.json("/requests", type_id=7777)
    assert [row["typeName"], row["agencyName"], row["sourceName"]] == ["Learned 7777"] * 3
    assert row["councilName"] == "Noho"


def test_unlocated_requests_have_no_coordinates(api: Api) -> None:
    row = api.json("/requests", unlocated="include")[-1]
    assert (row["latitude"], row["longitude"], row["councilId"]) == (None, None, 52)


@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
def test_the_next_page_has_the_same_filter(api: Api, names: dict[int, str], path: str) -> None:
    wanted: dict[str, Any] = {
        "unlocated": "include",
        "information": "include",
        "group_id": [5, 0],
        "limit": 4,
    }
    found = [names[row["requestId"]] for row in api.pages(path, **wanted)]
    assert found == [*EVERYTHING, *LEFT_OUT]


def test_pins_know_council_0(api: Api, names: dict[int, str]) -> None:
    body = {"startDate": "2020-01-01", "endDate": "2020-01-31", "typeIds": [4], "councilIds": [0]}
    assert [names[pin["requestId"]] for pin in api.post("/requests/pins", body).json()] == ["no council"]


def test_pins_of_no_type_are_none(api: Api) -> None:
    body = {"startDate": "2020-01-01", "endDate": "2020-01-31", "typeIds": [], "councilIds": [52]}
    assert api.post("/requests/pins", body).json() == []


def test_pins_take_both_spellings(api: Api) -> None:
    camel = {"startDate": "2020-01-01", "endDate": "2020-01-31", "typeIds": [1], "councilIds": [52]}
    snake = {"start_date": "2020-01-01", "end_date": "2020-01-31", "type_ids": [1], "council_ids": [52]}
    answers = [api.post("/requests/pins", body).json() for body in (camel, snake)]
    assert answers[0] == answers[1]
    assert len(answers[0]) == 1


@pytest.mark.parametrize("ids", [["4"], [4.0], ["4.0"], [" 4 "]])
def test_pins_take_ids_as_other_languages_write_them(api: Api, ids: list[Any]) -> None:
    body = {"startDate": "2020-01-01", "endDate": "2020-01-31", "typeIds": ids, "councilIds": ["0"]}
    assert len(api.post("/requests/pins", body).json()) == 1


@pytest.mark.parametrize("value", [True, False, 4.5, "4.5", "four", None, [4], "1e3"])
def test_pins_take_no_other_ids(api: Api, value: Any) -> None:
    body = {"startDate": "2020-01-01", "endDate": "2020-01-31", "typeIds": [value], "councilIds": [0]}
    assert api.post("/requests/pins", body).status_code == 422


def test_pins_have_places_and_are_requests(api: Api, names: dict[int, str]) -> None:
    body = {"startDate": "2019-12-01", "endDate": "2020-01-31", "typeIds": [4], "councilIds": [0, 1, 52]}
    found = {names[pin["requestId"]] for pin in api.post("/requests/pins", body).json()}
    assert found == {"no council", "elsewhere", "ended"}


@pytest.mark.parametrize("missing", ["startDate", "endDate", "typeIds", "councilIds"])
def test_pins_need_every_field(api: Api, missing: str) -> None:
    body: dict[str, Any] = {
        "startDate": "2020-01-01",
        "endDate": "2020-01-31",
        "typeIds": [1],
        "councilIds": [52],
    }
    del body[missing]
    response = api.post("/requests/pins", body)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", missing]


def test_pins_reject_days_in_the_wrong_order(api: Api) -> None:
    body = {"startDate": "2020-02-01", "endDate": "2020-01-31", "typeIds": [1], "councilIds": [52]}
    assert api.post("/requests/pins", body).status_code == 422


def test_open_pins_are_open_requests_with_a_place(api: Api, names: dict[int, str]) -> None:
    found = [names[pin["requestId"]] for pin in api.json("/requests/pins/open")]
    assert sorted(found) == sorted(set(EVERYTHING) - set(CLOSED))


def test_open_pins_are_geojson_too(api: Api, names: dict[int, str]) -> None:
    collection = api.json("/requests/pins/open/geojson")
    found = {
        names[feature["properties"]["request_id"]]: feature["geometry"] for feature in collection["features"]
    }
    assert collection["type"] == "FeatureCollection"
    assert found["elsewhere"] == {"type": "Point", "coordinates": [-118.44, 34.25]}


def test_open_requests_are_counted_by_type(api: Api) -> None:
    counts = {row["typeId"]: row["typeCount"] for row in api.json("/requests/counts/open/types")}
    # Located or not; without the ended one and the call for information.
    assert counts == {0: 1, 1: 1, 4: 3, 7777: 1}
