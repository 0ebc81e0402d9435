"""Rows that the portal publishes late, with older update times than rows that have already been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, Outcome, run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound

from pipeline.config import Settings
from pipeline.errors import DataError
from pipeline.pages import Pages
from pipeline.plan import portal_time
from portal.controller import Controller
from portal.server import serve

LIVE = "2cy6-i7zn"
EARLIER = portal_time(NOW - timedelta(days=30))
Loaded = tuple[Settings, Controller, Database]


def late_case(number: int, created: str = "2026-11-02T09:00:00.000", stamp: str = EARLIER) -> dict[str, str]:
    row = {"casenumber": f"3091{number:04}", "createddate": created, "type": "Graffiti Removal"}
    where = {"geolocation__latitude__s": "34.05", "geolocation__longitude__s": "-118.25"}
    return {**row, **where, ":updated_at": stamp}


def publish_undated(portal: Controller, count: int, at: datetime = NOW) -> None:
    """New rows, or new versions of them, that are rejected because their created date is not a time."""
    for number in range(count):
        portal.upsert({**late_case(number, "soon"), ":updated_at": portal_time(at)}, LIVE)


@pytest.fixture
def loaded(database: Database) -> Iterator[Loaded]:
    """A city without damaged rows, already loaded."""
    with serve(rows=3_000, today=NOW.date(), bad_share=0) as (url, portal):
        settings = settings_for(database, url)
        run_ingest(settings, datasets=(LIVE,))
        yield settings, portal, database


def late_rows(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM requests WHERE srnumber LIKE '3091%%'"))


def read(outcome: Outcome) -> int:
    return int(outcome.result.counts["read"])


def test_rows_published_late_are_found_by_the_same_run(loaded: Loaded) -> None:
    settings, portal, database = loaded
    for number in range(30):
        portal.upsert(late_case(number), LIVE)
    outcome = run_ingest(settings, datasets=(LIVE,))
    assert late_rows(database) == 30
    assert outcome.message.startswith("Loaded 30 new, 0 updated")
    assert outcome.check("unread growth").status == "ok"
    assert_sound(database)
    assert run_ingest(settings, datasets=(LIVE,)).message.startswith("Nothing changed: 0 rows read")


def test_only_the_months_that_do_not_add_up_are_read_again(loaded: Loaded) -> None:
    settings, portal, database = loaded
    for number, month in enumerate(("02", "02", "07")):
        portal.upsert(late_case(number, f"2026-{month}-11T09:00:00.000"), LIVE)
    outcome = run_ingest(settings, datasets=(LIVE,))
    months = "SELECT count(*) FROM requests WHERE extract(month FROM createddate) IN (2, 7)"
    assert late_rows(database) == 3
    assert read(outcome) == outcome.plan.readings[0].expected + database.value(months)


def test_late_rows_are_found_among_others_that_are_new(loaded: Loaded) -> None:
    settings, portal, database = loaded
    portal.upsert({**late_case(1), "casenumber": "98000001", ":updated_at": portal_time(NOW)}, LIVE)
    portal.touch(LIVE, 5, {"status": "Looked at"})
    portal.upsert(late_case(2), LIVE)
    outcome = run_ingest(settings, datasets=(LIVE,))
    assert late_rows(database) == 1
    assert outcome.message.startswith("Loaded 2 new, 5 updated")


@pytest.mark.slow
def test_rows_that_a_run_of_a_later_time_has_read_are_no_growth(loaded: Loaded) -> None:
    """Such a run leaves out the rows before it, so that the next one reads from the old watermark again."""
    settings, portal, database = loaded
    for number in range(60):
        portal.upsert(late_case(number, stamp=portal_time(NOW - timedelta(minutes=1))), LIVE)
    run_ingest(settings, datasets=(LIVE,), since=NOW - timedelta(minutes=2))
    assert late_rows(database) == 60
    outcome = run_ingest(settings, datasets=(LIVE,))
    assert outcome.check("unread growth").value.startswith("0 of")
    assert database.value("SELECT source_row_count FROM dataset_watermarks") == portal.count(LIVE)
    portal.upsert(late_case(99), LIVE)
    run_ingest(settings, datasets=(LIVE,))
    assert late_rows(database) == 61


@pytest.mark.slow
def test_rows_with_new_ids_are_no_more_rows_than_the_portal_has(loaded: Loaded) -> None:
    """They were added to those known, and the next run refused the dataset: it seemed to have shrunk."""
    settings, portal, database = loaded
    republished = datetime.fromisoformat(portal.republish(LIVE))
    later = {"datasets": (LIVE,), "now": NOW + timedelta(days=1)}
    run_ingest(settings, since=republished, **later)
    known = "SELECT source_row_count FROM dataset_watermarks"
    assert database.value(known) == portal.count(LIVE)
    run_ingest(settings, **later)
    assert database.value(known) == portal.count(LIVE)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What happens once, after the portal was asked for its size and before its rows are read."""
    due, read = list[Callable[[], None]](), Pages.read

    def read_after(pages: Pages, condition: str) -> None:
        while due:
            due.pop()()
        read(pages, condition)

    monkeypatch.setattr(Pages, "read", read_after)
    return due


@pytest.mark.slow
def test_rows_that_were_added_while_a_run_read_are_no_growth_later(
    loaded: Loaded, meanwhile: list[Callable[[], None]], caplog: pytest.LogCaptureFixture
) -> None:
    """Each later run would have looked for as many rows in every month, and found none."""
    settings, portal, database = loaded

    def add() -> None:
        for number in range(30):
            portal.upsert(late_case(number, stamp=portal_time(NOW - timedelta(seconds=30))), LIVE)

    portal.touch(LIVE, 1, {"status": "Looked at"})
    meanwhile.append(add)
    run_ingest(settings, datasets=(LIVE,))
    assert late_rows(database) == 30
    assert database.value("SELECT source_row_count FROM dataset_watermarks") == portal.count(LIVE)
    portal.touch(LIVE, 1, {"status": "Looked at again"})
    run_ingest(settings, datasets=(LIVE,))
    assert "looking for them" not in caplog.text


def test_the_newest_row_may_change_while_it_is_read(
    loaded: Loaded, meanwhile: list[Callable[[], None]]
) -> None:
    """Its time is then after the start of the run, and no row has the announced one any longer."""
    settings, portal, database = loaded
    newest = portal_time(NOW - timedelta(seconds=30))
    portal.upsert(late_case(1, stamp=newest), LIVE)
    meanwhile.append(
        lambda: portal.upsert(late_case(1, stamp=portal_time(NOW + timedelta(seconds=30))), LIVE)
    )
    run_ingest(settings, datasets=(LIVE,))
    assert late_rows(database) == 1


@pytest.mark.slow
def test_late_months_are_read_in_pages(loaded: Loaded) -> None:
    settings, portal, database = loaded
    for number in range(30):
        portal.upsert(late_case(number), LIVE)
    run_ingest(settings.model_copy(update={"socrata_page_rows": 7}), datasets=(LIVE,))
    assert late_rows(database) == 30


def test_growth_that_cannot_be_found_is_reported_and_looked_for_again(loaded: Loaded) -> None:
    settings, portal, database = loaded
    counted = database.value("SELECT source_row_count FROM dataset_watermarks")
    portal.touch(LIVE, 1, {"status": "Looked at"})
    # A row without a created date is in no month.
    for number in range(40):
        row = late_case(number)
        del row["createddate"]
        portal.upsert(row, LIVE)
    outcome = run_ingest(settings, city=tolerant(grown_share=0.5), datasets=(LIVE,))
    assert outcome.check("unread growth").value.startswith("40 of")
    assert database.value("SELECT source_row_count FROM dataset_watermarks") == counted


def test_new_rows_that_are_rejected_are_no_growth(loaded: Loaded) -> None:
    settings, portal, database = loaded
    publish_undated(portal, 5)
    outcome = run_ingest(settings, datasets=(LIVE,))
    assert database.value("SELECT count(*) FROM rejected_requests") == 5
    assert outcome.check("unread growth").value.startswith("0 of")
    assert run_ingest(settings, datasets=(LIVE,)).message.startswith("Nothing changed: 0 rows read")


@pytest.mark.slow
def test_a_corrected_row_is_no_longer_rejected(loaded: Loaded) -> None:
    settings, portal, database = loaded
    publish_undated(portal, 4, NOW - timedelta(minutes=1))
    run_ingest(settings, datasets=(LIVE,))
    for row in (late_case(0), {**late_case(1), "closeddate": "soon"}):
        portal.upsert({**row, ":updated_at": portal_time(NOW)}, LIVE)
    run_ingest(settings, datasets=(LIVE,))
    query = "SELECT srnumber, reason FROM rejected_requests ORDER BY 1"
    unclosed, undated = "closed date is not a time", "created date is not a time"
    rejected = [("30910001", unclosed), ("30910002", undated), ("30910003", undated)]
    assert database.rows(query) == rejected
    portal.delete("30910002", LIVE)
    run_ingest(settings, datasets=(LIVE,))
    assert database.rows(query) == rejected
    run_ingest(settings, datasets=(LIVE,), reconcile=True)
    assert database.rows(query) == [rejected[0], rejected[2]]


@pytest.mark.slow
def test_rows_that_only_failed_runs_have_rejected_are_new(loaded: Loaded) -> None:
    settings, portal, database = loaded
    publish_undated(portal, 60)
    with pytest.raises(DataError, match="rejected rows: 60 of"):
        run_ingest(settings, datasets=(LIVE,))
    raised = settings.model_copy(update={"rejected_share_limit": 1})
    run_ingest(raised, datasets=(LIVE,), dry_run=True)
    outcome = run_ingest(raised, datasets=(LIVE,))
    assert outcome.check("unread growth").value.startswith("0 of")
    assert database.value("SELECT source_row_count FROM dataset_watermarks") == portal.count(LIVE)
    assert run_ingest(settings, datasets=(LIVE,)).message.startswith("Nothing changed: 0 rows read")


@pytest.mark.slow
def test_rejected_rows_of_a_merged_run_stay_known_after_a_failed_one(loaded: Loaded) -> None:
    settings, portal, database = loaded
    publish_undated(portal, 5)
    run_ingest(settings, datasets=(LIVE,))
    publish_undated(portal, 60)
    with pytest.raises(DataError, match="rejected rows: 60 of"):
        run_ingest(settings, datasets=(LIVE,))
    for number in range(60, 63):
        portal.upsert(late_case(number), LIVE)
    run_ingest(settings.model_copy(update={"rejected_share_limit": 1}), datasets=(LIVE,))
    assert late_rows(database) == 3
    assert database.value("SELECT source_row_count FROM dataset_watermarks") == portal.count(LIVE)


@pytest.mark.slow
def test_requests_that_are_only_edited_are_no_growth(loaded: Loaded) -> None:
    settings, portal, _ = loaded
    portal.touch(LIVE, 40, {"status": "Looked at"})
    outcome = run_ingest(settings, datasets=(LIVE,))
    assert outcome.message.startswith("Loaded 0 new, 40 updated")
    assert read(outcome) < portal.count(LIVE) / 2
