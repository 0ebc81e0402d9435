"""Feeds are valid according to the schemas of their formats, and readers find every change in them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import httpx
import jsonschema_rs
import orjson
import pytest

from lacity_data_api.changes import repository
from lacity_data_api.changes.feed_statements import BLOCK, FEWEST
from tests.support import databases
from tests.support.changes import add_changes, add_many
from tests.support.databases import Database
from tests.support.plans import plan_of, scans_of
from tests.support.serving import Api, forget_everything, serve, settings_for

DATA = Path(__file__).parents[2] / "data"
JSON_FEED = jsonschema_rs.validator_for(orjson.loads((DATA / "json_feed.schema.json").read_bytes()))
PUBLIC = "https://api.example"
COUNCIL = {"council_id": 5}
INFORMATION = 311
INFORMATION_TYPE = """
INSERT INTO request_types (type_id, type_name, data_code, is_information)
VALUES (%s, 'Information', 'information', true)
"""
ODD = 'Tom & "Jerry" <b>\x0bé☃'


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Two complete archive pages, and the changes after them."""
    with databases.database() as fresh:
        add_many(fresh, 2 * BLOCK + 100)
        add_changes(
            fresh,
            {"council_id": 5, "type_id": 7, "after": {"status": ODD}, "srnumber": "1-<&>", "request_id": 9},
            {"council_id": 5, "type_id": 7, "kind": "closed", "also": ["reassigned"], "latitude": None},
            {
                "council_id": 6,
                "council_id_before": 5,
                "kind": "moved",
                "before": {"council_id": 5},
                "after": {"council_id": 6},
            },
            {"council_id": 5, "cause": "rules"},
            {"council_id": 5, "type_id": INFORMATION},
        )
        fresh.run(INFORMATION_TYPE, INFORMATION)
        yield fresh


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Api]:
    forget_everything()
    with serve(settings_for(database, api_public_url=f"{PUBLIC}/")) as running:
        yield running


def follow(api: Api, url: str) -> httpx.Response:
    """The document at a URL from a feed."""
    response = api.client.get(url.removeprefix(PUBLIC))
    assert response.status_code == 200, response.text
    return response


def chain(api: Api) -> list[Any]:
    """The feed of the council and all of its archive pages, as feedparser reads them."""
    response = api.get("/changes/feed.atom", **COUNCIL)
    documents = [feedparser.parse(response.content, response_headers=dict(response.headers))]
    while older := [link.href for link in documents[-1].feed.links if link.rel == "prev-archive"]:
        documents.append(feedparser.parse(follow(api, older[0]).content))
    return documents


def changes_of(api: Api) -> set[str]:
    """The changes of the council's requests that the city published; replaying needs the others as well."""
    events = api.pages("/changes", **COUNCIL)
    calls = {event["id"] for event in api.json("/changes", **COUNCIL, type_id=INFORMATION)}
    assert calls
    return {
        f"{event['source']}/changes/{event['id']}"
        for event in events
        if event["data"]["cause"] != "rules" and event["id"] not in calls
    }


def test_a_type_of_information_calls_has_no_feed(api: Api) -> None:
    for path in ("/changes/feed.atom", "/changes/feed.json"):
        response = api.get(path, type_id=INFORMATION)
        assert response.status_code == 404
        assert "information calls" in response.json()["detail"]


@pytest.mark.skipif(shutil.which("jing") is None, reason="jing is not installed (make setup)")
def test_atom_is_valid_by_the_schema_of_rfc_4287(api: Api, tmp_path: Path) -> None:
    addresses = [{}, {**COUNCIL}, {"type_id": 7}, {**COUNCIL, "type_id": 7}, {**COUNCIL, "archive": 1}]
    files = []
    for at, parameters in enumerate([*addresses, {"council_id": 0}]):
        response = api.get("/changes/feed.atom", **parameters)
        assert response.headers["content-type"] == "application/atom+xml"
        files.append(tmp_path / f"{at}.xml")
        files[-1].write_bytes(response.content)
    command = ["jing", "-c", str(DATA / "atom.rnc"), *map(str, files)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_feedparser_reports_no_error_and_finds_every_change(api: Api) -> None:
    documents = chain(api)
    assert [document.bozo for document in documents] == [0, 0, 0]
    assert {entry.id for document in documents for entry in document.entries} == changes_of(api)
    newest = documents[0].entries[0]
    assert newest.title.startswith("Moved: ")
    assert " → " in newest.content[0].value
    assert newest.link == f"{PUBLIC}/requests/1/history"


def test_texts_of_any_kind_are_kept_as_text(api: Api) -> None:
    entries = feedparser.parse(api.get("/changes/feed.atom", **COUNCIL, type_id=7).content).entries
    (odd,) = (entry for entry in entries if "1-<&>" in entry.title or "1-&lt;&amp;&gt;" in entry.title)
    assert "Jerry" in odd.content[0].value
    assert "\x0b" not in odd.content[0].value


def test_archive_pages_stay_what_they_are(api: Api, database: Database) -> None:
    """RFC 5005: a page that is complete never changes, and is linked in both directions."""
    address = {**COUNCIL, "archive": 0}
    before = api.get("/changes/feed.atom", **address)
    assert {"current", "next-archive"} <= {link.rel for link in feedparser.parse(before.content).feed.links}
    assert b"archive" in before.content.split(b"<entry>")[0]
    add_many(database, 5)
    api.publish()
    assert api.get("/changes/feed.atom", **address).content == before.content
    assert api.get("/changes/feed.atom", **COUNCIL, archive=2).status_code == 404


def test_json_feed_is_valid_and_leads_through_every_change(api: Api) -> None:
    response = api.get("/changes/feed.json", **COUNCIL)
    assert response.headers["content-type"] == "application/feed+json"
    documents = [response.json()]
    while older := documents[-1].get("next_url"):
        documents.append(follow(api, older).json())
    for document in documents:
        JSON_FEED.validate(document)
    assert len(documents) == 3
    assert {item["id"] for document in documents for item in document["items"]} == changes_of(api)


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_is_of_a_council_or_type_that_exists(api: Api, form: str) -> None:
    assert api.get(f"/changes/feed.{form}").status_code == 200, "the whole city"
    assert api.get(f"/changes/feed.{form}", council_id=12_345).status_code == 404
    assert api.get(f"/changes/feed.{form}", type_id=12_345).status_code == 404
    known = api.get(f"/changes/feed.{form}", **COUNCIL)
    again = api.client.get(known.url, headers={"If-None-Match": known.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("archive", [None, 9], ids=["newest", "archive page"])
@pytest.mark.parametrize("council_id", [None, 5], ids=["city", "council"])
def test_a_feed_reads_no_more_changes_than_it_contains(council_id: int | None, archive: int | None) -> None:
    feed = repository.feed(
        "", "", "", council_id=council_id, type_id=None, archive=archive, form=repository.LIST
    )
    with databases.database() as fresh:
        add_many(fresh, 20 * BLOCK + 100)
        fresh.run("ANALYZE changes")
        ((plan,),) = plan_of(fresh, feed, "ANALYZE, FORMAT JSON")
    most = BLOCK + 2 * FEWEST if council_id is None else BLOCK // 19 + 2 * FEWEST
    scans = scans_of(plan["Plan"], "changes")
    assert FEWEST < sum(scan["Actual Rows"] * scan["Actual Loops"] for scan in scans) <= most
