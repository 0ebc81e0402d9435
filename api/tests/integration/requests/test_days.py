"""The days to which a request belongs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

ROWS: dict[str, dict[str, Any]] = {
    "first minute": {"created_date": "2020-01-02 00:00", "closed_date": "2020-01-02 09:00"},
    "last second": {"created_date": "2020-01-02 23:59:59.999999", "closed_date": "2020-01-09 09:00"},
    "next midnight": {"created_date": "2020-01-03 00:00"},
    "closed later": {"created_date": "2019-12-30 12:00", "closed_date": "2020-01-02 17:00"},
    "open across": {"created_date": "2019-12-31 12:00"},
    "closed after": {"created_date": "2019-12-31 13:00", "closed_date": "2020-02-01 00:00"},
    "first day": {"created_date": "0001-01-01 00:00", "closed_date": "0001-01-01 00:00"},
    "last day": {"created_date": "9999-12-31 23:59", "closed_date": "9999-12-31 23:59"},
}
SECOND = {"start_date": "2020-01-02", "end_date": "2020-01-02"}


@pytest.fixture(scope="module", autouse=True)
def names(database: Database) -> dict[int, str]:
    """Names of the rows by id."""
    return dict(zip(add_requests(database, *ROWS.values()), ROWS, strict=True))


def _found(api: Api, names: dict[int, str], path: str = "/requests", **parameters: Any) -> list[str]:
    return [names[row["requestId"]] for row in api.json(path, **parameters)]


def test_a_day_ends_with_its_last_instant(api: Api, names: dict[int, str]) -> None:
    assert _found(api, names, **SECOND) == ["last second", "first minute"]


def test_consecutive_days_share_no_request(api: Api, names: dict[int, str]) -> None:
    days = [{"start_date": day, "end_date": day} for day in ("2020-01-02", "2020-01-03")]
    found = [name for day in days for name in _found(api, names, **day)]
    assert sorted(found) == sorted(set(found))


def test_updated_leaves_out_requests_only_open_on_the_day(api: Api, names: dict[int, str]) -> None:
    assert _found(api, names, "/requests/updated", **SECOND) == [
        "last second",
        "first minute",
        "closed later",
    ]


def test_nothing_is_updated_on_a_day_without_events(api: Api, names: dict[int, str]) -> None:
    day = {"start_date": "2020-01-20", "end_date": "2020-01-20"}
    assert _found(api, names, "/requests/updated", **day) == []


def test_pins_end_with_the_day(api: Api, names: dict[int, str]) -> None:
    body = {"startDate": "2020-01-02", "endDate": "2020-01-02", "typeIds": [4], "councilIds": [52]}
    found = [names[pin["requestId"]] for pin in api.post("/requests/pins", body).json()]
    assert found == ["last second", "first minute"]


@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
def test_calendar_has_two_ends(api: Api, names: dict[int, str], path: str) -> None:
    whole = _found(api, names, path, start_date="0001-01-01", end_date="9999-12-31")
    assert whole[0] == "last day"
    assert whole[-1] == "first day"
    assert len(whole) == len(ROWS)


def test_without_dates_all_days_count(api: Api, names: dict[int, str]) -> None:
    assert len(_found(api, names)) == len(ROWS)


@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
def test_first_day_after_the_last_is_422(api: Api, path: str) -> None:
    response = api.get(path, start_date="2020-01-03", end_date="2020-01-02")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "start_date"]


@pytest.mark.parametrize(
    "text",
    ["2020-13-01", "2020-02-30", "0000-01-01", "10000-01-01", "1577836800", "2020-01-01T00:00", "", "x"],
)
def test_malformed_date_is_422(api: Api, text: str) -> None:
    assert api.get("/requests", start_date=text).status_code == 422


def test_pins_reject_a_malformed_date(api: Api) -> None:
    body = {"startDate": 1577836800, "endDate": "2020-01-02", "typeIds": [], "councilIds": []}
    assert api.post("/requests/pins", body).status_code == 422
