"""Councils, regions, agencies, sources and types beyond the recorded responses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

LISTS = ["councils", "regions", "agencies", "sources", "types"]
BEYOND = [2**31, -1, 2**63 - 1]


def _closed(days: int, **more: Any) -> dict[str, Any]:
    return {"created_date": "2020-01-01 23:59", "closed_date": f"2020-01-{1 + days:02} 00:00", **more}


@pytest.fixture(scope="module", autouse=True)
def rows(database: Database) -> None:
    early = {"created_date": "2020-01-02", "closed_date": "2020-01-01", "type_id": 1}
    days = [_closed(days) for days in (0, 1, 2, 3, 4)]
    add_requests(database, *days, early, {"type_id": 1}, {"council_id": 0}, _closed(9, council_id=0))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("number", BEYOND)
def test_absent_item_is_404(api: Api, name: str, number: int) -> None:
    assert api.get(f"/{name}/{number}").status_code == 404


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/agencies/999999", "Agency is not found"),
        ("/sources/999999", "Source is not found"),
        ("/regions/999999", "Region is not found"),
        ("/councils/999999", "Item not found"),
        ("/types/999999", "Item not found"),
    ],
)
def test_404_has_the_text_of_the_first_version(api: Api, path: str, detail: str) -> None:
    assert api.get(path).json() == {"detail": detail}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("number", ["x", "1.5", 2**63])
def test_malformed_id_is_422(api: Api, name: str, number: Any) -> None:
    assert api.get(f"/{name}/{number}").status_code == 422


@pytest.mark.parametrize("name", LISTS)
def test_every_item_of_a_list_has_a_route(api: Api, name: str) -> None:
    items = api.json(f"/{name}")
    key = next(key for key in items[0] if key.endswith("Id"))
    assert [item[key] for item in items] == sorted(item[key] for item in items)
    assert {api.get(f"/{name}/{item[key]}").status_code for item in items} == {200}


def test_types_of_no_agency_have_no_agency_name(api: Api, database: Database) -> None:
    database.run(
        "INSERT INTO request_types (type_id, type_name, data_code, agency_id) VALUES (900, 'N', 'n', 0)"
    )
    assert api.json("/types/900")["agencyName"] is None


def test_types_have_their_group(api: Api, database: Database) -> None:
    database.run("INSERT INTO type_groups (group_id, group_name, color) VALUES (5, 'Streets', '#123456')")
    database.run("UPDATE request_types SET group_id = 5 WHERE type_id = 4")
    with database.load():
        pass
    api.publish()
    groups = {row["typeId"]: (row["groupId"], row["groupName"]) for row in api.json("/types")}
    assert (groups[4], groups[1]) == ((5, "Streets"), (0, "Other"))
    assert api.json("/types/4")["groupName"] == "Streets"
    assert api.json("/types/groups") == [
        {"groupId": 0, "groupName": "Other", "color": "#7F7F7F"},
        {"groupId": 5, "groupName": "Streets", "color": "#123456"},
    ]


def test_days_to_close_are_whole_calendar_days(api: Api) -> None:
    stats = {row["type_id"]: row for row in api.json("/types/stats")}
    assert stats[4] == {
        "type_id": 4,
        "type_name": "Bulky Items",
        "min": 0,
        "q1": 1,
        "median": 2,
        "q3": 4,
        "max": 9,
    }


def test_closed_before_created_is_zero_days(api: Api) -> None:
    stats = {row["type_id"]: row for row in api.json("/types/stats")}
    assert (stats[1]["min"], stats[1]["max"]) == (0, 0)


def test_stats_of_one_council_are_those_of_all(api: Api) -> None:
    of_all = api.json("/councils/types/stats")
    for council_id in (0, 52):
        own = [
            {key: value for key, value in row.items() if key != "council_id"}
            for row in of_all
            if row["council_id"] == council_id
        ]
        assert api.json(f"/councils/{council_id}/types/stats") == own
        assert own


def test_open_requests_of_a_council(api: Api) -> None:
    assert api.json("/councils/52/counts/open/types") == [
        {"typeId": 1, "typeName": "Graffiti", "typeCount": 1}
    ]
    assert api.json("/councils/0/counts/open/types") == [
        {"typeId": 4, "typeName": "Bulky Items", "typeCount": 1}
    ]


@pytest.mark.parametrize("council_id", BEYOND)
@pytest.mark.parametrize("below", ["types/stats", "counts/open/types"])
def test_lists_of_an_unknown_council_are_empty(api: Api, council_id: int, below: str) -> None:
    assert api.json(f"/councils/{council_id}/{below}") == []
