"""Each fault as a client encounters it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from portal_site import Site

DATASET = "2cy6-i7zn"
PATH = f"/resource/{DATASET}.json"
BIG = {"$limit": "50000", "$order": ":id", "$select": ":*,*"}


def count(http: httpx.Client) -> int:
    return int(http.get(PATH, params={"$select": "count(*) as n"}).json()[0]["n"])


def rows(http: httpx.Client, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(PATH, params={**BIG, **query}).json()
    return found


@pytest.mark.parametrize(("kind", "status"), [("throttle", 429), ("unavailable", 503)])
@pytest.mark.parametrize("retry_after", [None, 7])
def test_a_storm_of_errors_ends(own_site: Site, kind: str, status: int, retry_after: int | None) -> None:
    own_site.controller.add_fault(kind, times=2, retry_after=retry_after)
    responses = [own_site.http.get(PATH) for _ in range(3)]
    assert [response.status_code for response in responses] == [status, status, 200]
    assert responses[0].headers.get("retry-after") == (None if retry_after is None else "7")
    assert own_site.controller.fired() == {kind: 2}


@pytest.mark.parametrize("kind", ["hang", "hang_in_body"])
def test_a_hang_is_met_by_a_time_out(own_site: Site, kind: str) -> None:
    own_site.controller.add_fault(kind, times=1, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        own_site.http.get(PATH, timeout=0.3)
    assert own_site.http.get(PATH).status_code == 200


@pytest.mark.parametrize("query", [{"$limit": "5"}, BIG], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_cut_body_is_noticed(own_site: Site, query: dict[str, str], encoding: str) -> None:
    own_site.controller.add_fault("cut", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        own_site.http.get(PATH, params=query, headers={"Accept-Encoding": encoding})
    assert own_site.http.get(PATH, params=query).status_code == 200


def test_a_reset_connection_is_an_error(own_site: Site) -> None:
    own_site.controller.add_fault("reset", times=1)
    with pytest.raises(httpx.TransportError):
        own_site.http.get(PATH)


def test_a_slow_answer_is_whole_in_the_end(own_site: Site) -> None:
    own_site.controller.add_fault("drip", times=1, seconds=0.4)
    assert len(own_site.http.get(PATH, params={"$limit": "20"}).json()) == 20
    assert own_site.controller.fired() == {"drip": 1}


def test_a_slow_answer_can_be_left_by_a_time_out(own_site: Site) -> None:
    own_site.controller.add_fault("drip", times=1, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        own_site.http.get(PATH, params={"$limit": "20"}, timeout=0.5)


def test_an_html_page_comes_with_status_200(own_site: Site) -> None:
    own_site.controller.add_fault("html", times=1)
    response = own_site.http.get(PATH)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<!DOCTYPE html>")


def test_repeated_rows_do_not_make_a_page_longer_than_its_limit(own_site: Site) -> None:
    own_site.controller.add_fault("repeat", share=0.2)
    page = rows(own_site.http, **{"$limit": "100"})
    assert len(page) == 100
    assert len({row[":id"] for row in page}) < 100


def test_a_renamed_column_keeps_its_values(own_site: Site) -> None:
    before = [row.get("type") for row in rows(own_site.http)]
    own_site.controller.add_fault("rename", column="type", to="request_type")
    assert [row.get("request_type") for row in rows(own_site.http)] == before
    assert own_site.http.get(PATH, params={"$select": "type"}).status_code == 400
    fields = [
        column["fieldName"] for column in own_site.http.get(f"/api/views/{DATASET}.json").json()["columns"]
    ]
    assert "request_type" in fields
    assert "type" not in fields


def test_a_removed_column_is_gone(own_site: Site) -> None:
    own_site.controller.add_fault("remove", column="origin")
    assert not any("origin" in row for row in rows(own_site.http))
    assert own_site.http.get(PATH, params={"$where": "origin = 'Call'"}).status_code == 400


def test_an_added_column_appears(own_site: Site) -> None:
    own_site.controller.add_fault("add", column="mood")
    assert all(row["mood"] == "new" for row in rows(own_site.http))


def test_a_dataset_shrinks_in_rows_and_count(own_site: Site) -> None:
    own_site.controller.add_fault("shrink", share=0.3)
    left = count(own_site.http)
    assert left == len(rows(own_site.http))
    assert 0.65 < left / own_site.controller.count(DATASET) < 0.75


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("null_stamps", None), ("future_stamps", "3020-01-01T00:00:00.000Z"), ("odd_stamps", "soon")],
)
def test_some_stamps_are_unusable(own_site: Site, kind: str, expected: str | None) -> None:
    own_site.controller.add_fault(kind, share=0.1)
    hit = [row for row in rows(own_site.http) if row.get(":updated_at") == expected]
    assert 0.05 < len(hit) / own_site.controller.count(DATASET) < 0.15


@pytest.mark.parametrize(
    ("kind", "expected"), [("null_updates", None), ("future_updates", "3020-01-01T00:00:00.000")]
)
def test_some_update_times_of_the_city_are_missing_or_in_the_future(
    own_site: Site, kind: str, expected: str | None
) -> None:
    own_site.controller.add_fault(kind, share=0.1)
    hit = [row for row in rows(own_site.http) if row.get("systemmodstamp") == expected]
    assert 0.05 < len(hit) / own_site.controller.count(DATASET) < 0.2


def test_a_count_disagrees_with_the_rows(own_site: Site) -> None:
    own_site.controller.add_fault("count_off", amount=3)
    assert count(own_site.http) == len(rows(own_site.http)) + 3


def test_good_behaviour_returns(own_site: Site) -> None:
    own_site.controller.add_fault("unavailable")
    assert own_site.http.get(PATH).status_code == 503
    own_site.controller.clear_faults()
    assert own_site.http.get(PATH).status_code == 200
