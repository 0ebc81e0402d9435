"""A full load next to the live tables: readers wait only at the last moment."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import run_ingest, settings_for
from pipeline_tests.truth import assert_sound, requests_of

from pipeline import checks, swap
from pipeline.database import connect
from pipeline.quality import Check
from pipeline.vacuum import vacuum
from portal.controller import Controller

# API_EXPORT_SECONDS of the API.
MAX_EXPORT_SECONDS = 900
LIVE, OLD = "2cy6-i7zn", "rq3b-xjk8"
BOTH = (LIVE, OLD)
Town = tuple[str, Controller]


def test_readers_are_served_while_a_full_load_is_checked(
    town: Town, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(filled, town[0])
    seen: list[int] = []
    check = checks.merge_checks

    def check_next_to_a_reader(*arguments: Any) -> tuple[Check, ...]:
        with psycopg.connect(filled.loader_url, options="-c lock_timeout=500") as reader:
            seen.extend(reader.execute("SELECT count(*) FROM service_requests").fetchone() or ())
        return check(*arguments)

    monkeypatch.setattr(checks, "merge_checks", check_next_to_a_reader)
    run = run_ingest(settings, datasets=BOTH, full=True)
    assert seen == [filled.value("SELECT count(*) FROM service_requests")]
    assert run.check("stored but not served").value == "0"


def test_a_slow_reader_delays_a_full_load_and_costs_it_nothing(
    town: Town, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export at 1 kB per second, and a query over two tables, which used to deadlock with the swap."""
    pauses = []
    with psycopg.connect(filled.loader_url) as reader:
        reader.execute("SELECT count(*) FROM rollup_daily")

        def read_on(seconds: float) -> None:
            pauses.append(seconds)
            reader.execute("SELECT count(*) FROM requests")
            if len(pauses) == 25:
                reader.commit()

        monkeypatch.setattr(swap, "LOCK_TURN_MS", 20)
        monkeypatch.setattr(swap.time, "sleep", read_on)
        run_ingest(settings_for(filled, town[0]), datasets=BOTH, full=True)
    assert len(pauses) == 25
    assert_sound(filled)


def test_the_swap_gives_up_before_a_reader_is_ended_for_a_deadlock(filled: Database) -> None:
    """And the swap keeps trying for longer than the longest export."""
    deadlock = filled.value("SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'")
    assert deadlock >= 2 * swap.LOCK_TURN_MS
    assert swap.LOCK_TURNS * (swap.LOCK_PAUSE_SECONDS + swap.LOCK_TURN_MS / 1000) > MAX_EXPORT_SECONDS


def test_the_new_tables_have_the_storage_settings_of_the_old(town: Town, database: Database) -> None:
    question = "SELECT relname, reloptions FROM pg_class JOIN rollup_catalog ON rollup = relname ORDER BY 1"
    before = database.rows(question)
    run_ingest(settings_for(database, town[0]), datasets=BOTH)
    assert database.rows(question) == before
    assert {tuple(options) for _, options in before} == {("fillfactor=85",)}


def test_the_cells_of_a_council_lie_together_within_a_day(filled: Database) -> None:
    cells = "SELECT created_date, council_id, type_id, agency_id, source_id FROM rollup_daily ORDER BY "
    stored = filled.rows(cells + "ctid")
    assert stored == filled.rows(cells + "1, 2, 3, 4, 5")
    assert len(stored) > len({day for day, *_ in stored})


def test_tables_that_were_emptied_are_filled_again(town: Town, filled: Database) -> None:
    settings = settings_for(filled, town[0])
    before = requests_of(filled)
    filled.change("TRUNCATE requests, service_requests")
    run = run_ingest(settings, datasets=BOTH)
    assert any("tables are empty" in notice for notice in run.plan.notices)
    assert requests_of(filled) == before
    assert_sound(filled)


def test_pages_that_a_run_changed_are_tidied(town: Town, filled: Database) -> None:
    settings = settings_for(filled, town[0])
    town[1].touch(LIVE, 50, {"status": "Looked at"})
    run_ingest(settings, datasets=BOTH)
    question = "SELECT relpages - relallvisible FROM pg_class WHERE relname = %s"
    for table in ("service_requests", "rollup_daily"):
        filled.change("ANALYZE " + table)
        assert filled.value(question, table) > 0
    with connect(settings.database_loader_url, "tidy") as connection:
        vacuum(connection)
    assert [filled.value(question, table) for table in ("service_requests", "rollup_daily")] == [0, 0]
