from __future__ import annotations

import itertools
from typing import Any

import httpx
import orjson
import pytest
from samples import first

from lacity_data_api.changes import repository
from lacity_data_api.changes.filters import ChangeFilter, Kind
from lacity_data_api.city.facts import Bounds
from lacity_data_api.migrate import renumber
from tests.support import databases
from tests.support.changes import add_changes, add_many, forget_changes
from tests.support.databases import Database
from tests.support.plans import plan_of, scans_of
from tests.support.rows import add_requests
from tests.support.serving import Api

LINES = {"Accept": "application/x-ndjson"}
GONE = {"status": "Open", "address": None}
ROWS: list[dict[str, Any]] = [
    {"kind": "created", "request_id": 1, "before": None, "after": {"status": "Open"}},
    {"kind": "closed", "also": ["reassigned"], "request_id": 1},
    {"kind": "moved", "request_id": 2, "council_id": 6, "council_id_before": 52, "latitude_before": 34.4},
    {"kind": "retyped", "request_id": 3, "type_id": 5, "type_id_before": 4, "council_id": 6},
    {"kind": "gone", "request_id": 4, "city_id": 7, "before": GONE, "after": None, "council_id": 10},
    {
        "kind": "updated",
        "request_id": 5,
        "cause": "rules",
        "latitude": None,
        "longitude": None,
        "council_id": 10,
    },
]


@pytest.fixture(scope="module", autouse=True)
def _changes(database: Database) -> None:
    add_requests(database, {"request_id": 9})
    add_changes(database, *ROWS)


def sequences(events: list[dict[str, Any]]) -> list[int]:
    return [int(event["sequence"]) for event in events]


def events_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The events of a list or of lines."""
    if response.headers.get("content-type") == "application/json":
        return list(response.json())
    return [orjson.loads(line) for line in response.text.splitlines()]


def test_a_change_is_a_cloud_event(api: Api) -> None:
    event = api.json("/changes", after=1, limit=1)[0]
    assert event.pop("time").endswith("Z")
    assert event == {
        "specversion": "1.0",
        "id": "2",
        "source": "tag:311-data.org,2026:la",
        "type": "org.311-data.request.closed",
        "subject": "1-1",
        "datacontenttype": "application/json",
        "sequence": "000000000000002",
        "generation": 2,
        "data": {
            "request_id": 1,
            "kind": "closed",
            "also": ["reassigned"],
            "cause": "published",
            "before": {"status": "Open"},
            "after": {"status": "In progress"},
        },
    }


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7])
def test_pages_lead_through_every_change_once(api: Api, size: int) -> None:
    assert sequences(api.pages("/changes", limit=size)) == [1, 2, 3, 4, 5, 6]
    assert sequences(api.pages("/changes", limit=size, after=4)) == [5, 6]
    assert api.json("/changes", after=6) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"council_id": 52}, [1, 2, 3]),
        ({"council_id": [6, 10]}, [3, 4, 5, 6]),
        ({"council_id": 6, "type_id": 4}, [3, 4]),
        ({"type_id": 5}, [4]),
        ({"type_id": 4, "kind": "moved"}, [3]),
        ({"kind": "reassigned"}, [2]),
        ({"kind": ["gone", "created"]}, [1, 5]),
        ({"district": 7}, [5]),
        ({"bbox": "-118.3,34.0,-118.2,34.1"}, [1, 2, 3, 4, 5]),
        ({"bbox": "-118.3,34.3,-118.2,34.5"}, [3]),
        ({"council_id": 98}, []),
    ],
)
def test_filters_see_what_a_request_was_and_is(api: Api, wanted: dict[str, Any], expected: list[int]) -> None:
    assert sequences(api.json("/changes", **wanted)) == expected
    assert sequences(api.pages("/changes", limit=1, **wanted)) == expected


def test_a_group_has_the_changes_of_its_types(api: Api, database: Database) -> None:
    database.run("UPDATE request_types SET group_id = 77 WHERE type_id = 5")
    database.run("UPDATE data_generation SET generation = generation + 1")
    api.publish()
    assert sequences(api.json("/changes", group_id=77)) == [4]


def test_lines_and_list_have_the_same_events_and_a_tag_of_their_own(api: Api) -> None:
    events = api.get("/changes", limit=4)
    lines = api.client.get("/changes", params={"limit": 4}, headers=LINES)
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [orjson.loads(line) for line in lines.text.splitlines()] == events.json()
    assert lines.text.endswith("}\n")
    assert lines.links == events.links
    assert lines.headers["etag"] != events.headers["etag"]
    assert "Accept" in lines.headers["vary"].split(", ")
    assert api.client.get("/changes", params={"after": 6}, headers=LINES).content == b""
    # The raw URL must not return the other format, whichever was sent last.
    assert api.get("/changes", limit=4).json() == events.json()


def test_format_is_negotiated_over_all_lines_of_the_header(api: Api) -> None:
    several = [("Accept", "application/json;q=0.5"), ("Accept", "application/x-ndjson")]
    for _ in range(2):
        lines = api.client.get("/changes", params={"limit": 2}, headers=several)
        assert lines.headers["content-type"] == "application/x-ndjson"
        # The raw URL of the other response must not be found by the first line alone.
        first = api.client.get("/changes", params={"limit": 2}, headers=several[:1])
        assert first.headers["content-type"] == "application/json"
    anything = api.client.get("/changes", headers={"Accept": "application/x-ndjson;q=0.1, */*"})
    assert anything.headers["content-type"] == "application/json"


def test_a_known_response_is_not_sent_again(api: Api) -> None:
    response = api.get("/changes")
    again = api.client.get("/changes", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    several = [("If-None-Match", '"other"'), ("If-None-Match", response.headers["etag"])]
    assert api.client.get("/changes", headers=several).status_code == 304
    assert response.headers["cache-control"] == "private, max-age=0", "a CDN may ignore Vary: Accept"
    assert int(response.headers["x-data-generation"]) > 1


def test_history_of_a_request(api: Api) -> None:
    assert sequences(api.json("/requests/1/history")) == [1, 2]
    assert sequences(api.json("/requests/4/history")) == [5], "it is gone"
    assert api.json("/requests/9/history") == [], "nothing happened to it since"
    assert api.get("/requests/77/history").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"after": -1}, {"limit": 0}, {"limit": 10_001}, {"kind": "opened"}, {"bbox": "1,2"}, {"council": 1}],
)
def test_malformed_parameters_are_422(api: Api, wrong: dict[str, Any]) -> None:
    assert api.get("/changes", **wrong).status_code == 422


def test_a_reader_who_has_missed_something_is_told(api: Api, database: Database) -> None:
    add_many(database, 10)
    forget_changes(database, 8)
    api.publish()
    assert sequences(api.json("/changes"))[0] == 9
    assert sequences(api.json("/changes", after=8))[0] == 9
    missed = api.get("/changes", after=7)
    assert missed.status_code == 410
    assert "start over" in missed.json()["detail"]


def test_nothing_left_to_read_is_no_reason_to_forget_who_has_missed_something(
    api: Api, database: Database
) -> None:
    last = int(api.json("/changes", limit=1000)[-1]["id"])
    forget_changes(database, last)
    api.publish()
    assert api.json("/changes", after=last) == []
    assert api.get("/changes", after=last - 1).status_code == 410


@pytest.mark.parametrize("accept", first(["application/x-ndjson", "application/json"]))
def test_a_reader_whose_filter_rarely_matches_does_not_fall_behind_the_kept_changes(
    api: Api, database: Database, accept: str
) -> None:
    headers = {"Accept": accept}
    response = api.client.get("/changes", params={"bbox": "-118.3,34.3,-118.2,34.5"}, headers=headers)
    for _ in range(3):
        assert response.status_code in {200, 204}
        assert set(response.links) == {"monitor"}
        add_many(database, 10)
        last = database.run("SELECT last_change FROM data_generation")[0][0]
        forget_changes(database, last - 10)
        api.publish()
        response = api.client.get(response.links["monitor"]["url"], headers=headers)
    assert f"after={last}" in response.links["monitor"]["url"]


RARE = [
    ChangeFilter(kind=[Kind.RETYPED]),
    ChangeFilter(bbox=Bounds(0, 0, 1, 1)),
    ChangeFilter(group_id=[98]),
    ChangeFilter(district=[98]),
    ChangeFilter(council_id=[1], type_id=[29], kind=[Kind.RETYPED]),
    ChangeFilter(council_id=[1, 2], kind=[Kind.RETYPED]),
]


def test_a_page_reads_a_limited_number_of_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that rarely matches read the whole history, which took longer than a query may take."""
    monkeypatch.setattr(repository, "MAX_READ", 50)
    with databases.database() as fresh:
        add_many(fresh, 5_000)
        fresh.run("ANALYZE changes")
        for wanted, after in itertools.product(RARE, (None, 100)):
            query = repository.page(wanted, after=after, limit=10, next_page="/changes?", is_lines=False)
            ((plan,),) = plan_of(fresh, query, "ANALYZE, FORMAT JSON")
            for scan in scans_of(plan["Plan"], "changes"):
                assert scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) <= 50, (wanted, scan)


@pytest.mark.parametrize("headers", [{}, LINES], ids=["list", "lines"])
def test_links_lead_through_short_pages_to_changes_that_rarely_match(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    monkeypatch.setattr(repository, "MAX_READ", 10)
    first = database.value("SELECT last_change FROM data_generation")
    for _ in range(2):
        add_many(database, 24)
        add_changes(database, {"also": ["reopened"]})
    api.publish()
    response = api.client.get(f"/changes?kind=reopened&after={first}", headers=headers)
    seen, pages = [*events_of(response)], 1
    while "next" in response.links:
        response = api.client.get(response.links["next"]["url"], headers=headers)
        seen += events_of(response)
        pages += 1
    assert (sequences(seen), pages) == ([first + 25, first + 50], 5)
    assert f"after={first + 50}" in response.links["monitor"]["url"]


def test_numbers_end_with_the_largest(api: Api) -> None:
    response = api.get("/changes", after=2**63 - 1)
    assert (response.status_code, response.json(), set(response.links)) == (200, [], {"monitor"})


def test_a_full_page_is_followed_at_once(api: Api) -> None:
    assert set(api.get("/changes", limit=2).links) == {"next"}


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"council_id": 98},
        {"type_id": 29},
        {"group_id": 77},
        {"district": 3},
        {"kind": "closed"},
        {"bbox": "-118.3,34.3,-118.2,34.5"},
        {"council_id": [6, 52], "type_id": 29, "kind": "created"},
    ],
)
def test_an_erasure_names_nothing_but_our_id_and_is_told_to_everyone(
    api: Api, database: Database, wanted: dict[str, Any]
) -> None:
    last = database.run("SELECT last_change FROM data_generation")[0][0]
    erased = {
        "kind": "gone",
        "cause": "erased",
        "request_id": 3,
        "srnumber": None,
        "before": {},
        "after": None,
    }
    unknown = dict.fromkeys(("type_id", "council_id", "city_id", "latitude", "longitude"))
    add_changes(database, erased | unknown)
    api.publish()
    [event] = api.json("/changes", after=last, **wanted)
    assert (event["subject"], event["data"]["before"], event["data"]["cause"]) == ("3", {}, "erased")


def test_after_a_restore_every_follower_starts_again(api: Api, database: Database) -> None:
    """Changes since the backup are undone, and their numbers must not be given to others."""
    add_many(database, 3)
    api.publish()
    seen = int(api.json("/changes", limit=1000)[-1]["id"])
    generation = database.value("SELECT generation FROM data_generation")
    for _ in range(2):
        renumber(database.owner_url)
        api.publish()
        assert api.json("/changes") == []
        assert api.get("/changes", after=seen).status_code == 410
        add_many(database, 2)
        api.publish()
        first, last = sequences(api.json("/changes"))
        assert first > seen
        assert sequences(api.json("/changes", after=first)) == [last]
        assert database.value("SELECT generation FROM data_generation") > generation + 1
        seen, generation = last, database.value("SELECT generation FROM data_generation")
