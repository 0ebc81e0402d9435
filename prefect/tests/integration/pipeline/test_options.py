"""The options of a run: dry run, some years, some datasets, since a day, everything from scratch."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for
from pipeline_tests.truth import assert_sound, fingerprint, requests_of, rollup_differences, served_of

from pipeline.config import Settings
from pipeline.errors import DataError
from portal.controller import Controller
from portal.server import serve

LIVE, OLD = "2cy6-i7zn", "rq3b-xjk8"
BOTH = (LIVE, OLD)
NEW_CASE = {"casenumber": "98000001", "createddate": "2026-11-23T09:00:00.000", "type": "Bulky Items"}


@pytest.fixture
def city(town: tuple[str, Controller], filled: Database) -> tuple[Settings, Controller, Database]:
    """A town that is already loaded."""
    url, portal = town
    return settings_for(filled, url), portal, filled


City = tuple[Settings, Controller, Database]


def memory_of(database: Database) -> list[object]:
    """Everything that a run could leave behind besides requests."""
    tables = ("load_runs", "log", "rejected_requests", "dataset_watermarks", "data_generation", "geometries")
    return [database.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]


@pytest.mark.parametrize("options", [{}, {"reconcile": True}, {"full": True}])
def test_a_dry_run_says_what_a_real_one_then_does(city: City, options: dict[str, bool]) -> None:
    settings, portal, database = city
    portal.touch(LIVE, 7, {"status": "Looked at"})
    portal.upsert(NEW_CASE, LIVE)
    before = fingerprint(database), memory_of(database)
    dry = run_ingest(settings, datasets=BOTH, dry_run=True, **options)
    assert (fingerprint(database), memory_of(database)) == before
    assert database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'") == []
    real = run_ingest(settings, datasets=BOTH, **options)
    assert dry.message.startswith("Would load 1 new, 7 updated")
    assert real.message == dry.message.replace("Would load", "Loaded")


def test_a_dry_run_that_fails_leaves_no_trace_either(database: Database) -> None:
    with serve(rows=3_000, today=NOW.date(), bad_share=0.5) as (url, _):
        settings = settings_for(database, url)
        before = memory_of(database)
        with pytest.raises(DataError, match="cannot be used"):
            run_ingest(settings, datasets=BOTH, dry_run=True)
    assert memory_of(database) == before


def test_a_dry_run_of_a_first_load_changes_nothing(town: tuple[str, Controller], database: Database) -> None:
    run = run_ingest(settings_for(database, town[0]), datasets=BOTH, dry_run=True)
    assert run.message.startswith("Would load")
    assert requests_of(database) == []


def test_years_and_datasets_are_the_only_ones_read(city: City) -> None:
    settings, portal, database = city
    portal.touch(LIVE, 3, {"status": "Looked at"})
    portal.touch(OLD, 3, {"status": "Looked at"})
    assert run_ingest(settings, years=(2020,)).message.startswith("Loaded 0 new, 3 updated")
    assert database.value("SELECT count(*) FROM requests WHERE dataset_id = %s", "i5ke-k6by") == 0
    assert run_ingest(settings, datasets=(LIVE,)).message.startswith("Loaded 0 new, 3 updated")
    with pytest.raises(DataError, match="no dataset is declared for 1999, xxxx-xxxx"):
        run_ingest(settings, years=(1999,), datasets=("xxxx-xxxx",))


def test_since_reads_a_part_and_skips_nothing_indefinitely(city: City) -> None:
    settings, portal, database = city
    portal.upsert(NEW_CASE, LIVE)
    early = run_ingest(settings, datasets=BOTH, since=datetime(2026, 11, 24, tzinfo=UTC))
    later = run_ingest(settings, datasets=BOTH, since=datetime(2030, 1, 1, tzinfo=UTC))
    assert early.message.startswith("Loaded 1 new")
    assert later.message.startswith("Nothing changed: 0 rows read")
    assert any("read only since" in check.name for check in later.checks)
    # Rows that the portal touched before that distant day are not forgotten.
    portal.upsert({**NEW_CASE, "casenumber": "98000002"}, LIVE)
    run_ingest(settings, datasets=BOTH, since=datetime(2030, 1, 1, tzinfo=UTC))
    assert run_ingest(settings, datasets=BOTH).message.startswith("Loaded 1 new")
    assert database.value("SELECT count(*) FROM requests WHERE srnumber LIKE '9800000_'") == 2


def test_a_full_load_of_one_dataset_keeps_the_others_and_every_id(city: City) -> None:
    settings, portal, database = city
    ids = dict(database.rows("SELECT srnumber, id FROM requests"))
    gone = database.value("SELECT min(srnumber) FROM requests WHERE dataset_id = %s", LIVE)
    others = database.value("SELECT count(*) FROM requests WHERE dataset_id = %s", OLD)
    portal.delete(gone, LIVE)
    run = run_ingest(settings, datasets=(LIVE,), full=True)
    assert "1 retired" in run.message
    assert database.value("SELECT count(*) FROM requests WHERE dataset_id = %s", OLD) == others
    assert {number: ids[number] for number in ids if number != gone} == dict(
        database.rows("SELECT srnumber, id FROM requests")
    )
    assert database.rows("SELECT srnumber, id FROM retired_requests") == [(gone, ids[gone])]
    assert_sound(database)


def test_a_full_load_repairs_what_is_served_and_is_a_new_generation(city: City) -> None:
    settings, _, database = city
    before = requests_of(database), served_of(database)
    database.change("UPDATE rollup_open SET requests = requests + 1")
    assert set(rollup_differences(database)) == {"rollup_open"}
    database.change("UPDATE service_requests SET address = 'SPOILT'")
    run = run_ingest(settings, datasets=BOTH, full=True)
    assert (requests_of(database), served_of(database)) == before
    assert_sound(database)
    assert run.generation == 2


@pytest.mark.parametrize("way", ["full", "reconcile"])
def test_a_request_that_is_rejected_now_keeps_its_last_good_state(city: City, way: str) -> None:
    settings, portal, database = city
    before = requests_of(database)
    portal.touch(LIVE, 7, {"closeddate": "soon"})
    run = run_ingest(settings, datasets=BOTH, **{way: True})
    assert sum(reason["rows"] for reason in run.result.reasons if "closed date" in reason["reason"]) >= 7
    assert requests_of(database) == before
    assert database.value("SELECT count(*) FROM retired_requests") == 0
    assert_sound(database)


def test_running_again_changes_nothing_and_says_so(city: City) -> None:
    settings, _, database = city
    before = fingerprint(database)
    run = run_ingest(settings, datasets=BOTH)
    assert run.message == "Nothing changed: 0 rows read, all as stored; generation 1"
    assert fingerprint(database) == before
    assert database.rows("SELECT DISTINCT generation FROM load_runs") == [(1,)]


def test_rows_gone_upstream_are_reported_before_they_are_retired(city: City) -> None:
    settings, portal, database = city
    portal.delete(database.value("SELECT min(srnumber) FROM requests WHERE dataset_id = %s", LIVE), LIVE)
    run = run_ingest(settings, datasets=BOTH)
    found = [check.value for check in run.checks if "gone upstream" in check.name]
    assert found == ["1"]
    assert database.value("SELECT count(*) FROM retired_requests") == 0
