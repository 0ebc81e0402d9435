"""The city's edits between two runs: timestamps in the future, requests that move, small losses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound

from pipeline.config import Settings
from portal.controller import Controller

LIVE, OLD = "2cy6-i7zn", "rq3b-xjk8"
BOTH = (LIVE, OLD)
Loaded = tuple[Settings, Controller]


@pytest.fixture
def database(filled: Database) -> Database:
    return filled


@pytest.fixture
def loaded(town: tuple[str, Controller], database: Database) -> Loaded:
    """A town that a run has loaded."""
    url, portal = town
    return settings_for(database, url), portal


def some_number(database: Database) -> str:
    return str(database.value("SELECT min(srnumber) FROM requests WHERE dataset_id = %s", LIVE))


def test_an_update_ahead_of_the_run_hides_none_that_follows(loaded: Loaded, database: Database) -> None:
    settings, portal = loaded
    number, ahead = some_number(database), NOW + timedelta(hours=20)
    portal.set_clock(lambda: ahead)
    portal.upsert({"casenumber": number, "status": "Ahead"}, LIVE)
    run_ingest(settings, datasets=BOTH)
    assert database.value("SELECT status FROM requests WHERE srnumber = %s", number) == "Ahead"
    assert database.value("SELECT max(source_updated_at) FROM requests") <= NOW
    assert database.value("SELECT max(source_updated_at) FROM dataset_watermarks") <= NOW
    run_ingest(settings, datasets=BOTH, now=ahead + timedelta(hours=4))
    assert database.value("SELECT max(source_updated_at) FROM dataset_watermarks") == ahead


def test_a_request_that_moved_to_another_dataset_follows_it(loaded: Loaded, database: Database) -> None:
    settings, portal = loaded
    number = some_number(database)
    # All timestamps that the portal sets from now on are older than this.
    database.change("UPDATE requests SET source_updated_at = %s WHERE srnumber = %s", NOW, number)
    portal.delete(number, LIVE)
    moved = {"srnumber": number, "createddate": "2020-03-02T09:00:00.000", "requesttype": "Bulky Items"}
    portal.upsert({**moved, "status": "Moved"}, OLD)
    run_ingest(settings, datasets=BOTH, reconcile=True)
    stored = database.rows("SELECT status, dataset_id FROM requests WHERE srnumber = %s", number)
    assert stored == [("Moved", OLD)]
    assert_sound(database)


def test_a_small_dataset_may_lose_a_few_of_its_rows(loaded: Loaded, database: Database) -> None:
    settings, portal = loaded
    numbers = database.rows("SELECT srnumber FROM requests WHERE dataset_id = %s LIMIT 20", LIVE)
    for (number,) in numbers:
        portal.delete(number, LIVE)
    run_ingest(settings, city=tolerant(shrunk_share=0.001), datasets=BOTH, reconcile=True)
    assert database.value("SELECT count(*) FROM retired_requests") == len(numbers)
