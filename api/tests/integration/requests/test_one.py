"""One request, by id and by number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

UNICODE = 'Ñandú 🚲 "quoted" \\ back\tslash \u2028 日本'
ROW: dict[str, Any] = {
    "srnumber": "1-12345678901234567890",
    "address": UNICODE * 10,
    "created_date": "2020-01-02 10:11:12",
    "closed_date": "2020-01-03",
    "is_duplicate": True,
    "outcome": "DUP-1",
}
BARE: dict[str, Any] = {
    "address": None,
    "status": None,
    "srnumber": "Ünï/1",
    "latitude": None,
    "longitude": None,
    "reason": 'No "place"',
}


@pytest.fixture(scope="module", autouse=True)
def ids(database: Database) -> list[int]:
    numbered = [
        {"srnumber": "30112000", "latitude": None, "longitude": None},
        {"srnumber": "C-7"},
        {"srnumber": "7"},
    ]
    return add_requests(database, ROW, BARE, {"request_id": 2**31 + 5}, *numbered)


def test_every_field(api: Api, ids: list[int]) -> None:
    assert api.json(f"/requests/{ids[0]}") == {
        "requestId": ids[0],
        "srnumber": "1-12345678901234567890",
        "councilId": 52,
        "councilName": "Noho",
        "typeId": 4,
        "typeName": "Bulky Items",
        "agencyId": 2,
        "agencyName": "Sanitation Bureau",
        "sourceId": 8,
        "sourceName": "Phone Call",
        "createdDate": "2020-01-02T10:11:12",
        "closedDate": "2020-01-03T00:00:00",
        "address": UNICODE * 10,
        "latitude": 34.0537,
        "longitude": -118.2427,
        "isOpen": False,
        "isDuplicate": True,
        "outcome": "DUP-1",
        "reason": None,
    }


def test_by_number(api: Api, ids: list[int]) -> None:
    assert api.json("/requests/srnumber/1-12345678901234567890")["requestId"] == ids[0]


def test_missing_address_is_null(api: Api, ids: list[int]) -> None:
    row = api.json(f"/requests/{ids[1]}")
    assert (row["address"], row["closedDate"], row["reason"]) == (None, None, 'No "place"')


def test_request_without_coordinates_is_found(api: Api, ids: list[int]) -> None:
    for path in (f"/requests/{ids[3]}", "/requests/srnumber/30112000"):
        row = api.json(path)
        assert (row["requestId"], row["latitude"], row["longitude"]) == (ids[3], None, None)
    assert ids[3] not in {row["requestId"] for row in api.json("/requests")}


@pytest.mark.parametrize("path", ["/requests/srnumber", "/servicerequest"])
@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("C-30112000", "30112000"),
        ("c-30112000", "30112000"),
        ("%2030112000%20", "30112000"),
        ("%20C-30112000", "30112000"),
        ("C-7", "C-7"),
        ("7", "7"),
    ],
)
def test_number_is_found_as_people_write_it(api: Api, path: str, given: str, found: str) -> None:
    assert api.json(f"{path}/{given}")["srnumber"] == found


def test_id_beyond_int32(api: Api) -> None:
    assert api.json(f"/requests/{2**31 + 5}")["requestId"] == 2**31 + 5


@pytest.mark.parametrize("request_id", [0, -1, 2**31, 2**63 - 1, -(2**63) + 1])
def test_absent_id_is_404(api: Api, request_id: int) -> None:
    response = api.get(f"/requests/{request_id}")
    assert (response.status_code, response.json()) == (404, {"detail": "Item not found"})


@pytest.mark.parametrize("request_id", [2**63, -(2**63), 10**400, "x", "1.5", "1e3", "%00"])
def test_malformed_id_is_422(api: Api, request_id: Any) -> None:
    assert api.get(f"/requests/{request_id}").status_code == 422


@pytest.mark.parametrize("srnumber", ["none", "' OR 1=1 --", "日本", "%F0%9F%9A%B2", "x" * 5000])
def test_absent_number_is_404(api: Api, srnumber: str) -> None:
    assert api.get(f"/requests/srnumber/{srnumber}").status_code == 404


def test_number_with_nul_is_422(api: Api) -> None:
    assert api.get("/requests/srnumber/1%00").status_code == 422
