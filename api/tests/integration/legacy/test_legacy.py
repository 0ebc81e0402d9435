from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

UNKNOWN = 987_654
BULKY, GRAFFITI, LIGHT = 4, 1, 7
ROWS: list[dict[str, Any]] = [
    {"srnumber": "1-A", "created_date": "2020-01-01 00:00", "closed_date": "2020-01-03 12:00", "cd": 1},
    {"srnumber": "1-B", "created_date": "2020-01-02 23:59:59", "closed_date": "2020-01-02 10:00", "cd": 1},
    {"srnumber": "1-C", "created_date": "2020-01-03 00:00", "type_id": GRAFFITI, "cd": 2, "source_id": 7},
    {"srnumber": "1-D", "created_date": "2020-01-02 08:00", "council_id": 0, "cd": None},
    {"srnumber": "1-E", "created_date": "2020-01-02 08:00", "council_id": 99, "type_id": UNKNOWN},
    {
        "srnumber": "1-F",
        "created_date": "2020-01-02 08:00",
        "council_id": 98,
        "latitude": None,
        "longitude": None,
    },
    {"srnumber": "1-G", "created_date": "2020-01-02 08:00", "council_id": 98, "is_information": True},
    {
        "srnumber": "1-H",
        "created_date": "2020-01-02 08:00",
        "council_id": 98,
        "is_open": False,
        "status": "Cancelled",
    },
]


@pytest.fixture(scope="module", autouse=True)
def ids(database: Database) -> list[int]:
    return add_requests(database, *ROWS)


def filter_body(**changed: Any) -> dict[str, Any]:
    filters = {"startDate": "2020-01-01", "endDate": "2020-01-02", "requestTypes": ["Bulky Items"]}
    return filters | {"ncList": [52, 0]} | changed


def compared(district: str, first: list[int], second: list[int], **changed: Any) -> dict[str, Any]:
    sets = {f"set{n}": {"district": district, "list": ids} for n, ids in enumerate((first, second), start=1)}
    return filter_body(**sets | changed)


def body_of(api: Api, path: str, body: Any) -> Any:
    response = api.post(path, body)
    assert response.status_code == 200, response.text
    return response.json()


def test_unknown_number_is_not_found(api: Api) -> None:
    response = api.get("/servicerequest/1-none")
    assert (response.status_code, response.json()) == (404, {"detail": "Item not found"})


def test_dates_are_seconds_of_the_local_time(api: Api) -> None:
    found = api.json("/servicerequest/1-A")
    assert (found["createddate"], found["closeddate"]) == (1_577_836_800, 1_578_052_800)
    assert found["servicedate"] is None


def test_every_council_is_counted_once(api: Api) -> None:
    content = body_of(api, "/open-requests", {})
    counts = content["counts"]["nc"]
    assert len(counts) == 100
    assert (counts["0"], counts["1"], counts["52"]) == ({"Bulky Items": 1}, {}, {"Graffiti": 1})
    # Counted if unlocated, but not shown; neither the call for information nor the ended request is open.
    assert (counts["98"], counts["99"]) == ({"Bulky Items": 1}, {f"Learned {UNKNOWN}": 1})
    assert [pin["srnumber"] for pin in content["requests"]] == ["1-E", "1-D", "1-C"]
    types = [pin["requesttype"] for pin in content["requests"]]
    assert types == [f"learned-{UNKNOWN}", "Bulky Items", "Graffiti Removal"]


def test_pins_hold_the_last_day_and_not_the_next_midnight(api: Api) -> None:
    pins = body_of(
        api, "/map/pins", filter_body(ncList=[52], requestTypes=["Bulky Items", "Graffiti Removal"])
    )
    assert [pin["srnumber"] for pin in pins] == ["1-B", "1-A"]


def test_council_0_is_a_filter(api: Api) -> None:
    assert [pin["srnumber"] for pin in body_of(api, "/map/pins", filter_body(ncList=[0]))] == ["1-D"]


def test_pins_have_a_place_and_are_requests(api: Api) -> None:
    assert [pin["srnumber"] for pin in body_of(api, "/map/pins", filter_body(ncList=[98]))] == ["1-H"]


def test_counts_include_requests_without_a_place(api: Api) -> None:
    content = body_of(api, "/visualizations", filter_body(ncList=[98]))
    assert content["counts"] == {"type": {"Bulky Items": 2}, "source": {"Call": 2}}


def test_ids_may_be_text(api: Api) -> None:
    assert body_of(api, "/map/pins", filter_body(ncList=["0"])) == body_of(
        api, "/map/pins", filter_body(ncList=[0.0])
    )


def test_unknown_parameters_are_ignored_as_they_were(api: Api) -> None:
    assert api.client.get("/servicerequest/1-A?utm_source=map").status_code == 200
    assert api.client.post("/open-requests?_=1", json={}).status_code == 200


def test_whiskers_never_end_inside_the_box(api: Api, database: Database) -> None:
    """Only 5 to 8 of these days are within the fences, and q3 is interpolated."""
    days = [0, 5, 5, 6, 8, 40]
    rows = [
        {
            "created_date": "2019-03-01 00:00",
            "closed_date": str(dt.date(2019, 3, 1) + dt.timedelta(days=number)),
            "council_id": 7,
        }
        for number in days
    ]
    add_requests(database, *rows)
    body = compared("nc", [7], [], startDate="2019-03-01", endDate="2019-03-01")
    box = body_of(api, "/comparison/timetoclose", body)["set1"]["data"]["7"]
    assert box["whiskerMin"] <= box["q1"] <= box["q3"] <= box["whiskerMax"]
    assert (box["q1"], box["whiskerMin"], box["q3"], box["whiskerMax"]) == (5, 5, 7.5, 8)


def test_zoom_and_bounds_do_not_matter(api: Api) -> None:
    body = filter_body(zoom=12, bounds={"north": 34.1}, ncList=[0])
    assert len(body_of(api, "/map/pins", body)) == 1


@pytest.mark.parametrize("path", ["/map/pins", "/visualizations"])
@pytest.mark.parametrize(
    "changed",
    [
        {"startDate": "soon"},
        {"endDate": "2019-12-31"},
        {"ncList": None},
        {"ncList": [10**30]},
        {"requestTypes": ["\x00"]},
    ],
)
def test_bad_filters_are_422(api: Api, path: str, changed: dict[str, Any]) -> None:
    assert api.post(path, filter_body(**changed)).status_code == 422


def test_half_a_character_is_422(api: Api) -> None:
    body = json.dumps(filter_body(requestTypes=["\ud800"]))
    response = api.client.post("/map/pins", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422


def test_visualizations_have_every_requested_type(api: Api) -> None:
    content = body_of(api, "/visualizations", filter_body(requestTypes=["Bulky Items", "Other"]))
    assert content == {
        "frequency": {
            "bins": ["2020-01-01", "2020-01-02", "2020-01-03"],
            "counts": {"Bulky Items": [1, 2], "Other": [0, 0]},
        },
        "timeToClose": {
            # 1-B was closed before it was created: the number of days is never negative.
            "Bulky Items": {
                "min": 0,
                "q1": 0.5,
                "median": 1,
                "q3": 1.5,
                "max": 2,
                "whiskerMin": 0,
                "whiskerMax": 2,
                "count": 2,
                "outlierCount": 0,
            },
            "Other": {"count": 0},
        },
        "counts": {"type": {"Bulky Items": 3}, "source": {"Call": 3}},
    }


def test_visualizations_of_nothing_are_empty(api: Api) -> None:
    content = body_of(api, "/visualizations", filter_body(ncList=[], requestTypes=[]))
    assert content["frequency"]["counts"] == content["timeToClose"] == {}
    assert content["counts"] == {"type": {}, "source": {}}


def test_frequency_counts_days_of_both_sets(api: Api) -> None:
    content = body_of(api, "/comparison/frequency", compared("nc", [52, 52], [0, 1]))
    assert content["set1"] == {"district": "nc", "counts": {"52": [1, 1]}}
    assert content["set2"] == {"district": "nc", "counts": {"0": [0, 1], "1": [0, 0]}}


def test_long_ranges_are_binned(api: Api) -> None:
    body = compared("nc", [52], [], startDate="2019-12-01", endDate="2019-12-31")
    content = body_of(api, "/comparison/frequency", body)
    assert len(content["bins"]) == 17
    assert content["set1"]["counts"] == {"52": [0] * 16}


def test_whole_calendar_is_counted(api: Api) -> None:
    body = compared("cc", [1], [2], startDate="0001-01-01", endDate="9999-12-31")
    content = body_of(api, "/comparison/frequency", body)
    assert sum(content["set1"]["counts"]["1"]) == 2


def test_city_council_districts_are_of_the_published_request(api: Api) -> None:
    body = compared("cc", [1], [2], endDate="2020-01-03", requestTypes=["Bulky Items", "Graffiti Removal"])
    content = body_of(api, "/comparison/counts", body)
    assert content["set1"] == {"district": "cc", "source": {"Call": 2}}
    assert content["set2"] == {"district": "cc", "source": {"Mobile App": 1}}


def test_sets_may_be_of_two_kinds(api: Api) -> None:
    body = compared("nc", [52], []) | {"set2": {"district": "cc", "list": [1]}}
    content = body_of(api, "/comparison/timetoclose", body)
    assert content["set1"]["data"]["52"]["count"] == content["set2"]["data"]["1"]["count"] == 2


def test_empty_sets_are_empty(api: Api) -> None:
    for path, key in (("frequency", "counts"), ("timetoclose", "data"), ("counts", "source")):
        assert body_of(api, f"/comparison/{path}", compared("cc", [], []))["set1"][key] == {}


@pytest.mark.parametrize("path", ["frequency", "timetoclose", "counts"])
@pytest.mark.parametrize(
    "changed",
    [
        {"set1": {"district": "xx", "list": []}},
        {"set1": {"district": "nc", "list": ["a"]}},
        {"startDate": "2020-01-01'; SELECT pg_sleep(9); --"},
        {"startDate": "2020-01-05"},
    ],
)
def test_bad_comparisons_are_422(api: Api, path: str, changed: dict[str, Any]) -> None:
    assert api.post(f"/comparison/{path}", compared("nc", [1], [2], **changed)).status_code == 422


def test_ids_larger_than_any_match_nothing(api: Api) -> None:
    assert body_of(api, "/map/pins", filter_body(ncList=[2**62, -(2**62)])) == []
