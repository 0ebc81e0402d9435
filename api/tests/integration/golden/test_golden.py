"""Where our answers differ from the original's, the name of the test, or a comment, says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.golden.golden import recorded, sorted_items, types_of, with_ids
from tests.support.databases import Database
from tests.support.serving import ADMIN, Api

EXACT = [
    "agencies",
    "agency_2",
    "council_0",
    "council_404",
    "council_52",
    "council_open_types",
    "council_type_stats",
    "councils",
    "geocode",
    "geocode_404",
    "hotspots",
    "region_3",
    "region_404",
    "regions",
    "request_404",
    "source_8",
    "sources",
    "type_4",
    "type_404",
    "types",
    "types_stats",
]
UNORDERED = ["open_type_counts", "pins", "pins_open", "pins_open_geojson"]
REQUESTS = ["request_srnumber", "requests_skip", "requests_type_council"]
REFUSED = ["requests_bad_date", "requests_limit_too_big", "status_bad"]
NEXT_MIDNIGHT = "2020-01-03T00:00:00"


def test_the_sample_is_served(database: Database) -> None:
    counts = [
        database.value(f"SELECT count(*) FROM {rows}")
        for rows in ("requests", "service_requests", "service_requests WHERE closed_date IS NULL")
    ]
    assert counts == [1500, 1489, 43]


@pytest.mark.parametrize("name", EXACT)
def test_answer_is_the_same(api: Api, name: str) -> None:
    golden = recorded(name)
    response = golden.ask(api)
    assert (response.status_code, response.json()) == (golden.status, golden.answer)


@pytest.mark.parametrize("name", UNORDERED)
def test_answer_holds_the_same_items(api: Api, ids: dict[int, int], name: str) -> None:
    golden = recorded(name)
    ours = with_ids(golden.ask(api).json(), ids)
    assert sorted_items(ours) == sorted_items(golden.answer)


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_the_same_but_for_ids(api: Api, ids: dict[int, int], name: str) -> None:
    golden = recorded(name)
    assert with_ids(golden.ask(api).json(), ids) == golden.answer


def test_request_by_id_is_the_same(api: Api, ids: dict[int, int]) -> None:
    golden = recorded("request_1")
    ours = next(our_id for our_id, their_id in ids.items() if their_id == 1)
    assert with_ids(api.json(f"/requests/{ours}"), ids) == golden.answer


@pytest.mark.parametrize("name", REFUSED)
def test_refusal_names_the_same_place_in_newer_words(api: Api, name: str) -> None:
    golden = recorded(name)
    response = golden.ask(api)
    assert response.status_code == golden.status
    places = [[error["loc"] for error in answer["detail"]] for answer in (response.json(), golden.answer)]
    assert places[0] == places[1]


def _comparable(rows: list[dict[str, Any]], last: str) -> list[dict[str, Any]]:
    """Rows in one order, without those of the last minute, of which a page holds any."""
    kept = [row for row in rows if row["createdDate"] > last]
    return sorted(kept, key=lambda row: (row["createdDate"], row["requestId"]), reverse=True)


def test_a_day_ends_before_midnight(api: Api, ids: dict[int, int]) -> None:
    golden = recorded("requests_day")
    ours = with_ids(golden.ask(api).json(), ids)
    theirs = [row for row in golden.answer if row["createdDate"] < NEXT_MIDNIGHT]
    assert len(theirs) < len(golden.answer)
    last = theirs[-1]["createdDate"]
    assert _comparable(ours, last) == _comparable(theirs, last)


def test_updated_means_created_or_closed_on_the_day(api: Api, ids: dict[int, int]) -> None:
    golden = recorded("requests_updated")
    ours = with_ids(golden.ask(api).json(), ids)
    theirs = [
        row
        for row in golden.answer
        if any((row[date] or "").startswith("2020-01-02") for date in ("createdDate", "closedDate"))
    ]
    assert len(theirs) < len(golden.answer)
    last = theirs[-1]["createdDate"]
    assert _comparable(ours, last) == _comparable(theirs, last)


def test_requests_published_without_a_council_are_found_by_their_place(api: Api, database: Database) -> None:
    moved = database.run(
        "SELECT council_id, type_id FROM service_requests JOIN requests ON id = request_id"
        " JOIN councils USING (council_id) WHERE nc IS DISTINCT FROM data_code AND council_id > 0"
    )
    assert 0 < len(moved) < 30
    touched = {*moved, *((0, type_id) for _, type_id in moved)}
    golden = recorded("councils_types_stats")
    ours, theirs = (
        [row for row in answer if (row["council_id"], row["type_id"]) not in touched]
        for answer in (golden.ask(api).json(), golden.answer)
    )
    assert ours == theirs


def test_status_of_the_api_has_the_same_keys(api: Api) -> None:
    golden = recorded("status_api")
    ours = golden.ask(api).json()
    assert types_of(ours) == types_of(golden.answer)
    assert [ours[key].count("-08:00") + ours[key].count("-07:00") for key in ours if "Local" in key] == [1, 1]


def test_status_of_the_database_counts_the_same(api: Api) -> None:
    golden = recorded("status_db")
    ours = golden.ask(api).json()
    assert types_of(sorted(ours.items())) == types_of(sorted(golden.answer.items()))
    own = {"postgres_version", "alembic_version", "last_updated"}
    assert {key: ours[key] for key in ours.keys() - own} == {
        key: golden.answer[key] for key in golden.answer.keys() - own
    }


def test_log_is_the_same_for_an_administrator(api: Api) -> None:
    golden = recorded("status_log")
    assert golden.ask(api).status_code == 401
    ours = api.client.get(golden.path, headers=ADMIN).json()
    assert types_of(ours) == types_of(golden.answer)


def test_reset_counts_what_the_original_counted(api: Api) -> None:
    details = api.publish()
    expected = {
        "open_requests": 43,
        "open_requests_counts": 6,
        "types": 12,
        "councils": 99,
        "regions": 12,
        "geojson": 99,
        "num_requests_last_week": 0,
    }
    assert {key: details[key] for key in expected} == expected
