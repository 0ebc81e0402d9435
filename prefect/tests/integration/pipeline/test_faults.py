"""Whatever the portal does wrong, the correct rows are loaded, or the dataset is skipped and unchanged."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound, requests_of, served_of

from pipeline import pages
from pipeline.columns import INDEXED_COLUMNS, REQUEST_COLUMNS
from pipeline.errors import DataError, IngestError, PortalError, TokenError, UnavailableError
from pipeline.query import Query
from pipeline.socrata import Portal
from portal.controller import Controller
from portal.server import serve
from portal.throttle import Throttle

LIVE = "2cy6-i7zn"
OLD = "rq3b-xjk8"
BOTH = (LIVE, OLD)
"""One dataset of each schema: enough for every fault, and fast."""
TRANSPORTS = ("soda2", "soda3")


def by_transport(kinds: Iterable[str], rare: Collection[str] = ()) -> list[Any]:
    """Every fault with one of the two APIs in turn; `-m slow` tries the others."""
    return [
        pytest.param(
            kind, transport, marks=[] if place % 2 == turn and kind not in rare else pytest.mark.slow
        )
        for place, kind in enumerate(kinds)
        for turn, transport in enumerate(TRANSPORTS)
    ]


@dataclass(frozen=True)
class Town:
    """A portal, and the stored and served rows of a run that loaded it without faults."""

    url: str
    portal: Controller
    requests: list[tuple[Any, ...]]
    served: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with serve(rows=3_000, today=NOW.date()) as (url, portal), databases.database() as truth:
        run_ingest(settings_for(truth, url), datasets=BOTH)
        yield Town(url, portal, requests_of(truth), served_of(truth))


@pytest.fixture(autouse=True)
def behave_again(town: Town) -> Iterator[None]:
    yield
    town.portal.clear_faults()


def assert_true(database: Database, town: Town) -> None:
    assert requests_of(database) == town.requests
    assert served_of(database) == town.served
    assert_sound(database)


SURVIVED: dict[str, dict[str, Any]] = {
    "throttle": {"times": 4, "retry_after": 0},
    "unavailable": {"times": 4, "dataset": LIVE},
    "cut": {"times": 2, "dataset": LIVE},
    "reset": {"times": 2, "dataset": LIVE},
    "html": {"times": 2, "dataset": OLD},
    "hang": {"times": 1, "dataset": OLD, "seconds": 1.5},
    "hang_in_body": {"times": 1, "dataset": LIVE, "seconds": 1.5},
    "drip": {"dataset": OLD, "seconds": 0.2},
    "shuffle": {},
    "repeat": {"share": 0.2},
    "add": {"column": "mood"},
    "future_updates": {"share": 0.0001},
    "null_updates": {"share": 0.0001},
}


@pytest.mark.parametrize(
    "status", [202, 522, *(pytest.param(each, marks=pytest.mark.slow) for each in (425, 502, 520, 524, 529))]
)
def test_a_portal_that_is_not_ready_is_asked_again(status: int, town: Town, database: Database) -> None:
    town.portal.add_fault("status", status=status, times=2, dataset=LIVE, area="resource")
    run_ingest(settings_for(database, town.url), datasets=(LIVE,))
    assert town.portal.fired()["status"] == 2
    assert database.rows("SELECT status FROM load_runs") == [("succeeded",)]


def add_fault(town: Town, kind: str, transport: str, details: dict[str, Any]) -> dict[str, Any]:
    """Enable a fault for the row requests of this transport; returns settings that use the transport."""
    rows = {"area": "query"} if transport == "soda3" and details.get("area") == "resource" else {}
    town.portal.add_fault(kind, **details | rows)
    return {"socrata_transport": transport, "socrata_app_token": "a-token" if transport == "soda3" else ""}


@pytest.mark.parametrize(("kind", "transport"), by_transport(SURVIVED))
def test_the_truth_is_loaded_in_spite_of(kind: str, transport: str, town: Town, database: Database) -> None:
    chosen = add_fault(town, kind, transport, SURVIVED[kind])
    patient = {"socrata_attempts": 5, "socrata_page_rows": 700, "socrata_timeout_seconds": 0.5}
    run_ingest(settings_for(database, town.url, **chosen, **patient), datasets=BOTH)
    assert town.portal.fired()[kind] > 0
    assert_true(database, town)


BROKEN: dict[str, tuple[dict[str, Any], type[IngestError], str]] = {
    "private": ({"dataset": OLD}, UnavailableError, "is private"),
    "gone": ({"dataset": OLD}, UnavailableError, "was deleted"),
    "unavailable": ({"dataset": LIVE}, PortalError, "503"),
    "hang": ({"dataset": OLD, "seconds": 4}, PortalError, "ReadTimeout"),
    "hang_in_body": ({"dataset": OLD, "seconds": 4}, PortalError, "Timeout|ConnectionError"),
    # The first request asks for a count, which may be slow.
    "drip": (
        {"dataset": OLD, "area": "resource", "after": 1, "seconds": 8},
        PortalError,
        "not complete after 3 s",
    ),
    "cut": ({"dataset": LIVE, "area": "resource"}, PortalError, "IncompleteRead|ChunkedEncoding|JSON"),
    "html": ({"dataset": LIVE}, PortalError, "text/html"),
    "null_stamps": ({"dataset": LIVE}, PortalError, "no :updated_at"),
    # The first two requests ask for the count and the newest time.
    "odd_stamps": (
        {"dataset": LIVE, "area": "resource", "after": 2},
        PortalError,
        "invalid input syntax for type timestamp",
    ),
    "count_off": ({"dataset": LIVE, "amount": 5}, PortalError, "no :updated_at"),
    "remove": ({"dataset": LIVE, "column": "type"}, DataError, "lost the required column requesttype"),
    "rename": (
        {"dataset": OLD, "column": "srnumber", "to": "sr"},
        DataError,
        r"srnumber.*expected as srnumber.*sr",
    ),
}


def impatient(kind: str) -> dict[str, Any]:
    """Settings that give up soon, but not on the other dataset if the machine is busy."""
    is_silent = kind.startswith("hang")
    return {
        "socrata_attempts": 2,
        "socrata_timeout_seconds": 1.5 if is_silent else 10,
        "socrata_page_seconds": 3,
    }


# These take seconds; a dataset that recovers from them is tested above.
LONG = ("hang", "hang_in_body", "drip")


@pytest.mark.parametrize(("kind", "transport"), by_transport(BROKEN, LONG))
def test_a_broken_dataset_is_skipped_and_the_others_are_loaded(
    kind: str, transport: str, town: Town, database: Database
) -> None:
    details, error, words = BROKEN[kind]
    broken = details["dataset"]
    (good,) = set(BOTH) - {broken}
    settings = settings_for(
        database, town.url, **impatient(kind), **add_fault(town, kind, transport, details)
    )
    outcome = run_ingest(settings, datasets=BOTH)
    (skipped,) = outcome.plan.skipped
    assert skipped.dataset.id == broken
    assert isinstance(skipped.error, error)
    assert re.search(words, str(skipped.error))
    assert broken in skipped.message
    assert requests_of(database) == [row for row in town.requests if good in row]
    assert database.rows("SELECT dataset_id FROM dataset_watermarks") == [(good,)]
    assert database.rows("SELECT status FROM load_runs") == [("partial",)]
    noted = "SELECT dataset_id, status, message FROM run_datasets ORDER BY dataset_id = %s DESC"
    assert database.rows(noted, broken) == [(broken, "skipped", skipped.message), (good, "read", "")]
    assert_sound(database)
    town.portal.clear_faults()
    run_ingest(settings, datasets=BOTH)
    assert_true(database, town)


def test_a_portal_that_repeats_its_first_page_is_not_read_forever(
    town: Town, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that drops $where filled the disk with the same page."""
    monkeypatch.setattr(pages, "_beyond", lambda *_: ":id > ''")
    settings = settings_for(database, town.url, socrata_page_rows=100)
    with pytest.raises(PortalError, match="the same page again"):
        run_ingest(settings, datasets=(LIVE,))


def test_a_dataset_that_breaks_after_some_pages_is_not_loaded_in_part(town: Town, database: Database) -> None:
    town.portal.add_fault("unavailable", dataset=LIVE, area="resource", after=6)
    settings = settings_for(database, town.url, **impatient("unavailable"), socrata_page_rows=100)
    outcome = run_ingest(settings, datasets=BOTH)
    assert [skipped.dataset.id for skipped in outcome.plan.skipped] == [LIVE]
    assert requests_of(database) == [row for row in town.requests if OLD in row]


def test_a_page_that_is_refused_holds_no_connection(town: Town, database: Database) -> None:
    """Its body was never read, so the connection stayed open until the garbage collector found it."""
    town.portal.add_fault("unavailable", dataset=LIVE, area="resource")
    received: list[requests.Response] = []
    with Portal(settings_for(database, town.url)) as portal:
        portal.session.hooks["response"].append(lambda response, **_: received.append(response))
        with pytest.raises(PortalError, match="503"), portal.page(LIVE, Query("*", limit=10)):
            pass
    assert [response.raw.closed for response in received] == [True]


def test_rows_of_another_shape_skip_the_dataset(town: Town, database: Database) -> None:
    """SODA2 promises a list; a proxy or a new version may wrap it."""
    town.portal.add_fault("wrap", dataset=LIVE)
    outcome = run_ingest(settings_for(database, town.url, socrata_transport="soda2"), datasets=BOTH)
    (skipped,) = outcome.plan.skipped
    assert isinstance(skipped.error, PortalError)
    assert "another shape than documented" in str(skipped.error)
    assert requests_of(database) == [row for row in town.requests if OLD in row]


ALONE = ("private", "unavailable", "remove")


@pytest.mark.parametrize("kind", ALONE)
def test_a_run_that_can_read_nothing_fails_and_changes_nothing(
    kind: str, town: Town, database: Database
) -> None:
    details, error, words = BROKEN[kind]
    settings = settings_for(database, town.url, **impatient(kind))
    town.portal.add_fault(kind, **details)
    with pytest.raises(error, match=words):
        run_ingest(settings, datasets=(details["dataset"],))
    assert requests_of(database) == []
    assert database.value("SELECT generation FROM data_generation") == 0
    assert database.rows("SELECT * FROM dataset_watermarks") == []
    assert database.rows("SELECT status FROM load_runs") == [("failed",)]
    logged = database.rows("SELECT status, message FROM log")
    assert [status for status, _ in logged] == ["ERROR"]
    assert error.category in logged[0][1]


def test_a_dataset_that_turns_private_keeps_what_it_has(town: Town, database: Database) -> None:
    settings = settings_for(database, town.url)
    run_ingest(settings, datasets=BOTH)
    for options in ({}, {"reconcile": True}, {"full": True}):
        town.portal.add_fault("private", dataset=OLD)
        outcome = run_ingest(settings, datasets=BOTH, **options)
        assert [skipped.dataset.id for skipped in outcome.plan.skipped] == [OLD]
        assert_true(database, town)
        town.portal.clear_faults()


def test_a_rejected_token_stops_the_run_and_is_named(database: Database) -> None:
    with serve(rows=500, today=NOW.date(), throttle=Throttle(tokens=frozenset({"known"}))) as (url, _):
        settings = settings_for(database, url, socrata_app_token="wrong")
        with pytest.raises(TokenError, match="the portal rejects SOCRATA_APP_TOKEN"):
            run_ingest(settings, datasets=BOTH)


def test_fewer_rows_than_counted_are_not_taken_for_all(town: Town, database: Database) -> None:
    # The counts before and after are wrong; the third, of rows without an update time, is correct.
    town.portal.add_fault("count_off", dataset=LIVE, amount=5, area="resource", times=2)
    town.portal.add_fault("count_off", dataset=LIVE, amount=5, area="resource", after=3)
    with pytest.raises(PortalError, match=r"counts \d+ rows but served \d+"):
        run_ingest(settings_for(database, town.url), datasets=(LIVE,))
    assert requests_of(database) == []


def test_rows_that_move_between_pages_are_read_once(town: Town, database: Database) -> None:
    with serve(rows=3_000, today=NOW.date()) as (url, portal):
        portal.add_fault("moving", amount=40, dataset=LIVE)
        run_ingest(settings_for(database, url, socrata_page_rows=200), datasets=BOTH)
        portal.clear_faults()
        run_ingest(settings_for(database, url), datasets=BOTH)
    stored = [row[:-1] for row in requests_of(database)]
    assert stored == [row[:-1] for row in town.requests]
    assert_sound(database)


def test_stamps_of_the_future_neither_stop_nor_win(town: Town, database: Database) -> None:
    with serve(rows=3_000, today=NOW.date()) as (url, portal):
        portal.add_fault("future_stamps", share=0.1)
        run = run_ingest(settings_for(database, url), datasets=BOTH)
        assert any("updated in the future" in check.name for check in run.checks)
        portal.clear_faults()
        question = (
            "SELECT srnumber FROM requests WHERE dataset_id = %s ORDER BY source_updated_at DESC LIMIT 1"
        )
        number = database.value(question, LIVE)
        run_ingest(settings_for(database, url), datasets=BOTH)
        portal.upsert({"casenumber": number, "status": "Changed since"}, LIVE)
        run_ingest(settings_for(database, url), datasets=BOTH)
    assert database.value("SELECT status FROM requests WHERE srnumber = %s", number) == "Changed since"


def test_a_lost_optional_column_keeps_its_values_and_is_read_again_when_it_returns(
    town: Town, database: Database
) -> None:
    with serve(rows=3_000, today=NOW.date()) as (url, portal):
        settings = settings_for(database, url)
        run_ingest(settings, datasets=BOTH)
        addresses = database.value("SELECT count(address) FROM requests")
        portal.add_fault("rename", dataset=LIVE, column="locator_gis_returned_address", to="where_it_is")
        portal.touch(LIVE, 200, {"status": "Looked at"})
        new = {"casenumber": "98000001", "createddate": "2026-11-23T09:00:00.000", "type": "Bulky Items"}
        portal.upsert({**new, "locator_gis_returned_address": "1 MAIN ST"}, LIVE)
        run = run_ingest(settings, datasets=BOTH)
        assert any("lost columns" in check.name and check.value == "address" for check in run.checks)
        assert any("where_it_is" in check.meaning for check in run.checks)
        assert database.value("SELECT count(address) FROM requests") == addresses
        portal.clear_faults()
        run_ingest(settings, datasets=BOTH)
    assert database.value("SELECT address FROM requests WHERE srnumber = '98000001'") == "1 MAIN ST"
    assert_sound(database)


def test_texts_in_an_index_are_limited(database: Database) -> None:
    """A longer one fits no entry of an index and would stop the run."""
    query = """
        SELECT DISTINCT attname FROM pg_index
          JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
         WHERE indrelid IN ('requests'::regclass, 'retired_requests'::regclass) AND atttypid = 'text'::regtype
    """
    indexed = {name for (name,) in database.rows(query)}
    assert {"srnumber", "parent"} <= indexed & set(REQUEST_COLUMNS) <= set(INDEXED_COLUMNS)


def test_texts_that_fit_into_no_index_are_rejected_and_stop_nothing(database: Database) -> None:
    """The letters are random, because an index compresses repeated ones; their capitals take more bytes."""
    chance = random.Random(311)
    longest, too_long = ("".join(chance.choices("ɐɑɒɡɦɪɫɬ", k=letters)) for letters in (750, 4_000))
    new = {"createddate": "2026-11-23T09:00:00.000", "type": "Bulky Items"}
    with serve(rows=300, today=NOW.date()) as (url, portal):
        for number, column in enumerate(("casenumber", "type", "locator_gis_returned_address", "origin")):
            portal.upsert({"casenumber": f"9800000{number}"} | new | {column: too_long}, LIVE)
        portal.upsert({"casenumber": "98000009", **new, "locator_gis_returned_address": longest}, LIVE)
        run_ingest(settings_for(database, url), datasets=BOTH)
    assert database.rows("SELECT reason FROM rejected_requests") == [("a text is too long",)] * 4
    assert database.value("SELECT address FROM service_requests WHERE srnumber = '98000009'") == longest
    assert database.value("SELECT count(*) FROM requests WHERE srnumber LIKE '9800000%%'") == 1
    assert_sound(database)


def test_a_shrunken_dataset_is_skipped(town: Town, database: Database) -> None:
    settings = settings_for(database, town.url)
    run_ingest(settings, datasets=BOTH)
    town.portal.add_fault("shrink", dataset=LIVE, share=0.1)
    (skipped,) = run_ingest(settings, datasets=BOTH, reconcile=True).plan.skipped
    assert isinstance(skipped.error, DataError)
    assert re.search(r"shrank from \d+ to \d+ rows", skipped.message)
    assert_true(database, town)


def test_a_few_rows_gone_are_retired_by_reconciling(town: Town, database: Database) -> None:
    settings = settings_for(database, town.url)
    run_ingest(settings, datasets=BOTH)
    stored = database.value("SELECT count(*) FROM requests")
    town.portal.add_fault("shrink", dataset=LIVE, share=0.01)
    assert run_ingest(settings, datasets=BOTH).message.startswith("Nothing changed")
    run = run_ingest(settings, datasets=BOTH, reconcile=True)
    retired = database.value("SELECT count(*) FROM retired_requests")
    assert retired > 0
    assert f"{retired} retired" in run.message
    assert database.value("SELECT count(*) FROM requests") == stored - retired
    assert_sound(database)
    town.portal.clear_faults()
    run_ingest(settings, datasets=BOTH, reconcile=True)
    assert_true(database, town)


def test_too_many_unusable_rows_stop_the_run_and_are_kept(database: Database) -> None:
    with (
        serve(rows=3_000, today=NOW.date(), bad_share=0.5) as (url, _),
        pytest.raises(DataError, match=r"rejected rows: \d+ of [\d,]+ .*created date is not a time"),
    ):
        run_ingest(settings_for(database, url), datasets=BOTH)
    assert requests_of(database) == []
    kept = database.rows(
        "SELECT reason, raw FROM rejected_requests WHERE reason = 'created date is not a time'"
    )
    assert kept
    assert all(raw["createddate"] for _, raw in kept)


def test_half_bad_rows_are_survived_when_allowed(database: Database) -> None:
    with serve(rows=3_000, today=NOW.date(), bad_share=0.5) as (url, _):
        run = run_ingest(settings_for(database, url), city=tolerant(rejected_share=1), datasets=BOTH)
    assert_sound(database)
    rejected = sum(row["rows"] for row in run.result.reasons)
    assert rejected == database.value("SELECT count(*) FROM rejected_requests")
    assert database.value("SELECT count(*) FROM requests WHERE address LIKE '%%東京%%'") > 0
    assert database.value("SELECT count(*) FROM requests WHERE srnumber = '' OR createddate IS NULL") == 0
