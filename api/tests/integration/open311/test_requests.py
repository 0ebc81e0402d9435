"""The fields of a request, and each parameter on its own; random combinations are in test_random_queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.open311.reading import REQUESTS, both, ids, requests, schema
from tests.support import databases
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api, forget_everything, serve, settings_for

MONTH = {"start_date": "2020-01-01", "end_date": "2020-01-31"}
RAW = """
UPDATE requests SET detail = 'Couch', duedate = '2020-01-09', zipcode = '90012', parent = '1-0',
       updateddate = '2020-01-08 09:00' WHERE srnumber = %s
"""
HISTORY = """
INSERT INTO changes (sequence, generation, changed_at, request_id, srnumber, kind, also, cause, type_id,
                     council_id, before, after)
SELECT n, n, (ARRAY['2020-01-03 08:00Z', '2020-07-03 07:00Z'])[n]::timestamptz, request_id, srnumber,
       (ARRAY['created', 'closed'])[n], CASE n WHEN 2 THEN ARRAY['moved'] END, 'published', 4, 52, '{}', '{}'
  FROM service_requests, generate_series(1, 2) AS n WHERE srnumber = %s
"""
ROWS: dict[str, dict[str, Any]] = {
    "open": {"created_date": "2020-01-02 10:00", "type_id": 4},
    "closed": {
        "created_date": "2020-01-03 10:00",
        "closed_date": "2020-01-05 11:30",
        "type_id": 5,
        "status": "Closed",
        "outcome": "Collected",
        "reason": "Done",
        "is_duplicate": True,
    },
    "ended": {"created_date": "2020-01-04", "is_open": False, "status": "Cancelled", "type_id": 6},
    "unlocated": {"created_date": "2020-01-05", "latitude": None, "longitude": None, "address": None},
    "call": {"created_date": "2020-01-06", "is_information": True},
    "fall": {"created_date": "2020-11-01 01:30"},
    "late": {"created_date": "2020-01-31 23:59:59.5"},
    "spring": {"created_date": "2025-03-09 02:30"},
    "future": {"created_date": "2099-01-01 08:00"},
}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with databases.database() as fresh:
        add_requests(fresh, *({**row, "srnumber": number} for number, row in ROWS.items()))
        fresh.run(RAW, "closed")
        yield fresh


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Api]:
    forget_everything()
    with serve(settings_for(database)) as running:
        yield running


def _ids(api: Api, **parameters: Any) -> list[str]:
    return ids(requests(api, **MONTH | parameters))


def test_every_field_of_a_closed_request(api: Api) -> None:
    (request,) = both(api, f"{REQUESTS}/closed", extensions="true")
    schema("requests").validate([request])
    assert request == {
        "service_request_id": "closed",
        "status": "closed",
        "status_notes": "Closed; Collected; Done",
        "service_name": "Electronic Waste",
        "service_code": "5",
        "description": "Couch",
        "agency_responsible": "Sanitation Bureau",
        "service_notice": None,
        "requested_datetime": "2020-01-03T10:00:00-08:00",
        "updated_datetime": "2020-01-05T11:30:00-08:00",
        "expected_datetime": "2020-01-09T00:00:00-08:00",
        "address": "200 N SPRING ST, 90012",
        "address_id": None,
        "zipcode": "90012",
        "lat": 34.0537,
        "long": -118.2427,
        "media_url": None,
        "extended_attributes": {
            "source": "Phone Call",
            "council": "Noho",
            "status_description": "Closed",
            "closed_datetime": "2020-01-05T11:30:00-08:00",
            "is_duplicate": True,
            "duplicate_of": "1-0",
        },
        "notes": [],
    }


def test_notes_are_the_history(api: Api, database: Database) -> None:
    database.run(HISTORY, "open")
    forget_everything()
    with serve(settings_for(database)) as fresh:
        (request,) = both(fresh, f"{REQUESTS}/open", extensions="true")
    assert request["notes"] == [
        {"datetime": "2020-01-03T00:00:00-08:00", "summary": "created", "type": "created"},
        {"datetime": "2020-07-03T00:00:00-07:00", "summary": "closed, moved", "type": "closed"},
    ]


def test_a_request_without_place_has_null(api: Api) -> None:
    (request,) = both(api, f"{REQUESTS}/unlocated")
    assert (request["lat"], request["long"], request["address"]) == (None, None, None)
    assert "extended_attributes" not in request


def test_a_request_is_found_with_the_prefix_that_people_see(api: Api) -> None:
    assert both(api, f"{REQUESTS}/C-open") == both(api, f"{REQUESTS}/open")


def test_numbers_override_all_other_parameters(api: Api) -> None:
    """Calls for information are found by number, too."""
    wanted = {"service_request_id": "open, call,C-late,none", "status": "x", "page": "x", "start_date": "x"}
    assert _ids(api, **wanted) == ["late", "call", "open"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["late", "unlocated", "ended", "closed", "open"]),
        ({"status": "open"}, ["late", "unlocated", "open"]),
        ({"status": "closed"}, ["ended", "closed"]),
        ({"status": "Open, closed"}, ["late", "unlocated", "ended", "closed", "open"]),
        ({"service_code": "5,6"}, ["ended", "closed"]),
        ({"service_code": "pothole"}, []),
        ({"information": "include"}, ["late", "call", "unlocated", "ended", "closed", "open"]),
        ({"start_date": "2020-01-04", "end_date": "2020-01-04"}, ["ended"]),
        ({"start_date": "2020-01-03T18:00:00Z", "end_date": "2020-01-04T08:00:00Z"}, ["ended", "closed"]),
        ({"start_date": "2020-01-03T18:00:00.000001Z", "end_date": "2020-01-03T23:59:59.9-08:00"}, []),
        ({"start_date": "2020-01-03T10:00:00", "end_date": "2020-01-03T10:00:00"}, ["closed"]),
        ({"start_date": "", "end_date": "2020-01-02"}, ["open"]),
        ({"end_date": ""}, ["late", "unlocated", "ended", "closed", "open"]),
        ({"bbox": "-118.3,34,-118.2,34.1"}, ["late", "ended", "closed", "open"]),
        ({"bbox": "-118.2,34,-118.1,34.1"}, []),
        ({"lat": "34.0537", "long": "-118.2427", "radius": "1"}, ["late", "ended", "closed", "open"]),
        ({"lat": "34.0538", "long": "-118.2427", "radius": "11"}, []),
        ({"lat": "34.0538", "long": "-118.2427", "radius": "12", "status": "open"}, ["late", "open"]),
        ({"updated_after": "2020-01-05T11:30:00"}, ["late", "closed"]),
        ({"updated_before": "2020-01-04T23:59:59"}, ["ended", "open"]),
        ({"api_key": "any", "jurisdiction_id": "LA", "status": "closed"}, ["ended", "closed"]),
    ],
)
def test_parameters(api: Api, parameters: dict[str, str], expected: list[str]) -> None:
    assert _ids(api, **parameters) == expected


def test_a_single_date_means_90_days(api: Api) -> None:
    assert _ids(api, start_date="2020-10-01", end_date="") == ["fall"]
    assert _ids(api, start_date="2020-08-01", end_date="") == []
    assert _ids(api, start_date="", end_date="2020-12-01T00:00:00Z") == ["fall"]


def test_a_request_dated_in_the_future_is_returned_only_for_its_dates(api: Api) -> None:
    assert "future" not in ids(requests(api))
    assert "future" not in ids(requests(api, page="1"))
    assert ids(requests(api, start_date="2099-01-01")) == ["future"]


def test_without_dates_the_last_90_days_unless_updates_are_wanted(api: Api) -> None:
    assert requests(api) == []
    updated = requests(api, updated_after="2020-01-05T00:00:00", updated_before="2020-01-05T23:00:00")
    assert ids(updated) == ["unlocated", "closed"]


def test_the_hour_that_repeats_means_its_first(api: Api) -> None:
    found = requests(api, start_date="2020-11-01T01:30:00-07:00", end_date="2020-11-01T01:30:00-07:00")
    assert [one["requested_datetime"] for one in found] == ["2020-11-01T01:30:00-07:00"]
    assert requests(api, start_date="2020-11-01T01:00:00-08:00", end_date="2020-11-02") == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-03-09", "2025-03-09", ["spring"]),
        ("2025-03-09T02:30:00", "2025-03-09T02:30:00", ["spring"]),
        ("2025-03-09T01:59:59-08:00", "2025-03-09T03:00:00-07:00", ["spring"]),
        ("2025-03-09T03:15:00-07:00", "2025-03-09T23:00:00-07:00", []),
    ],
)
def test_a_skipped_time_is_shown_an_hour_later_but_found_as_published(
    api: Api, start: str, end: str, expected: list[str]
) -> None:
    found = requests(api, start_date=start, end_date=end)
    assert ids(found) == expected
    assert {one["requested_datetime"] for one in found} <= {"2025-03-09T03:30:00-07:00"}


def test_responses_are_cached_and_validated(api: Api) -> None:
    response = api.get(f"{REQUESTS}.xml", **MONTH)
    again = api.client.get(response.url, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    assert response.headers["x-data-generation"] == "1"
    assert api.client.head(f"{REQUESTS}.json").status_code == 200
