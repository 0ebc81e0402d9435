"""How long rows are kept, and how a request is erased permanently."""

from __future__ import annotations

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for
from pipeline_tests.truth import assert_sound

from pipeline import lifetime
from pipeline.database import connect, run_lock
from pipeline.errors import BusyError
from portal.server import serve

CASES = "2cy6-i7zn"
HOLD_REQUESTS = """
SELECT DISTINCT table_name
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name IN ('srnumber', 'request_id')
"""

LAST_CHANGE = """
SELECT sequence, request_id, srnumber, kind, cause, before, after, latitude
  FROM changes ORDER BY sequence DESC LIMIT 1
"""


def test_an_erased_request_is_gone_and_stays_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(rows=300, today=NOW.date()) as (url, _):
        settings = settings_for(database, url)
        run_ingest(settings)
        before = database.value("SELECT count(*) FROM requests")
        number = database.value("SELECT srnumber FROM service_requests ORDER BY request_id LIMIT 1")
        database.change(
            "INSERT INTO rejected_requests (load_run_id, dataset_id, source_row_id, srnumber, reason, raw)"
            " SELECT max(load_run_id), 'one', 'row', %s, 'test', '{}' FROM load_runs",
            number,
        )
        monkeypatch.setenv("DATABASE_LOADER_URL", database.loader_url)
        monkeypatch.delenv("API_URL", raising=False)
        monkeypatch.delenv("FILES_LOCATION", raising=False)
        assert lifetime.main(["of-no-request"]) == 0
        generation = database.value("SELECT generation FROM data_generation")
        assert lifetime.main([f"C-{number}"]) == 0
        assert database.value("SELECT generation FROM data_generation") == generation + 1
        assert _places_of(database, number) == []
        assert_sound(database)
        for options in ({}, {"reconcile": True}, {"full": True}):
            run_ingest(settings, **options)
            assert _places_of(database, number) == []
            assert database.value("SELECT count(*) FROM requests") == before - 1
            assert_sound(database)
        assert lifetime.main([number, "--undo"]) == 0
        run_ingest(settings, reconcile=True)
    assert database.value("SELECT count(*) FROM requests") == before


@pytest.mark.parametrize("wrong", [{"createddate": "soon"}, {"createddate": ""}, {"closeddate": "soon"}])
def test_a_malformed_row_of_an_erased_request_is_not_stored_either(
    database: Database, wrong: dict[str, str]
) -> None:
    with serve(rows=300, today=NOW.date()) as (url, portal):
        settings = settings_for(database, url)
        run_ingest(settings)
        newest = "SELECT srnumber FROM requests WHERE dataset_id = %s ORDER BY id DESC LIMIT 1"
        number = database.value(newest, CASES)
        with connect(database.loader_url, "test") as connection:
            lifetime.erase(connection, [number])
        portal.upsert({"casenumber": number, **wrong}, CASES)
        run_ingest(settings)
    assert _places_of(database, number) == []
    assert_sound(database)


def test_those_who_keep_a_copy_hear_of_an_erasure(database: Database) -> None:
    with serve(rows=50, today=NOW.date()) as (url, _):
        run_ingest(settings_for(database, url))
    newest = "SELECT request_id, srnumber FROM service_requests ORDER BY request_id DESC LIMIT 1"
    numbers = []
    for _ in range(2):
        [(request_id, number)] = database.rows(newest)
        with connect(database.loader_url, "test") as connection:
            lifetime.erase(connection, [number])
        [row] = database.rows(LAST_CHANGE)
        assert row[1:] == (request_id, None, "gone", "erased", {}, None, None)
        numbers.append(row[0])
        # The next number is new, even if the erased request had the last change.
        database.change("DELETE FROM changes WHERE sequence = %s", row[0])
    assert numbers == [1, 2]


def test_every_table_of_requests_is_erased_from(database: Database) -> None:
    known = {*lifetime.ERASED_FROM, "service_requests", "erased_requests"}
    assert {table for (table,) in database.rows(HOLD_REQUESTS)} == known


def test_nothing_is_erased_during_a_run(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", database.loader_url)
    with run_lock(database.loader_url):
        assert lifetime.main(["1-1"]) == BusyError.exit_code
    assert database.value("SELECT count(*) FROM erased_requests") == 0


@pytest.mark.parametrize(("days", "left"), [(30, 1), (0, 2)])
def test_old_rows_are_pruned_by_setting(database: Database, days: int, left: int) -> None:
    for age in (10, 40):
        _add_aged_rows(database, age)
    limits = dict.fromkeys(
        ("retired_retention_days", "rejected_retention_days", "log_table_retention_days"), days
    )
    with connect(database.loader_url, "test") as connection:
        lifetime.prune(connection, settings_for(database, "", **limits))
    for table in ("retired_requests", "rejected_requests", "log"):
        assert database.value(f"SELECT count(*) FROM {table}") == left


def _places_of(database: Database, number: str) -> list[str]:
    tables = (*lifetime.ERASED_FROM, "service_requests")
    count = "SELECT count(*) FROM {} WHERE srnumber = %s"
    return [table for table in tables if database.value(count.format(table), number)]


def _add_aged_rows(database: Database, days: int) -> None:
    age = f"now() - interval '{days} days'"
    database.change(
        "INSERT INTO retired_requests (id, srnumber, createddate, dataset_id, source_row_id,"
        " source_updated_at, loaded_at, retired_at, retired_reason)"
        f" VALUES (1, 'x', now(), 'd', 'r', now(), now(), {age}, 'test')"
    )
    database.change("INSERT INTO load_runs (mode) VALUES ('incremental')")
    database.change(
        "INSERT INTO rejected_requests (load_run_id, dataset_id, source_row_id, reason, raw, rejected_at)"
        f" SELECT max(load_run_id), 'd', '{days}', 'test', '{{}}', {age} FROM load_runs"
    )
    database.change(f"INSERT INTO log (status, message, created_time) VALUES ('INFO', 'test', {age})")
