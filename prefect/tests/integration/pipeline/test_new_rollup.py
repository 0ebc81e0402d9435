"""A migration that adds a rollup or an index while a run is in progress."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import run_ingest, settings_for
from pipeline_tests.truth import assert_sound, rollups_of
from samples import first

from pipeline import changes, differences, full_load, lifetime, quality, rollups, swap
from pipeline.database import connect
from portal.controller import Controller

LIVE, OLD = "2cy6-i7zn", "rq3b-xjk8"
BOTH = (LIVE, OLD)
CATALOG = """
INSERT INTO rollup_catalog (place, rollup, dimensions, measures, population)
VALUES (99, 'rollup_added', '{created_date, type_id, is_open}', '{requests, information}', 'true')
"""
# The steps of schema_changes.add_rollups.
ADD_ROLLUP = (
    "LOCK TABLE service_requests IN SHARE MODE",
    CATALOG,
    "SELECT create_rollup('rollup_added')",
)
Town = tuple[str, Controller]


@contextmanager
def migration(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A migration that adds a rollup, committed at the end; it ends itself if a run waits for it too long."""
    limits = "-c lock_timeout=200 -c idle_in_transaction_session_timeout=5000"
    with psycopg.connect(database.owner_url, options=limits) as connection:
        for statement in ADD_ROLLUP:
            connection.execute(statement)
        yield connection


def migrate(database: Database) -> None:
    with migration(database):
        pass


def migrate_during(monkeypatch: pytest.MonkeyPatch, database: Database, module: Any, step: str) -> list[str]:
    """Add a rollup after this step of the run; returns how the attempts end."""
    ends: list[str] = []
    run_step = getattr(module, step)

    def run_step_and_migrate(*arguments: Any, **options: Any) -> Any:
        result = run_step(*arguments, **options)
        try:
            migrate(database)
        except psycopg.errors.LockNotAvailable:
            ends.append("has to wait")
        else:
            ends.append("succeeds")
        return result

    monkeypatch.setattr(module, step, run_step_and_migrate)
    return ends


def assert_migrates(database: Database) -> None:
    """Add the rollup if that has not been done; it is right either way."""
    if "rollup_added" not in {rollup for rollup, _, _ in rollups_of(database)}:
        migrate(database)
    assert_sound(database)


@pytest.mark.parametrize(
    ("module", "step", "options"),
    [(differences, "find_changes", {}), (full_load, "_build", {"full": True})],
    ids=["incremental", "full"],
)
def test_a_migration_that_adds_a_rollup_waits_for_the_end_of_a_merge(
    town: Town,
    filled: Database,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    step: str,
    options: dict[str, bool],
) -> None:
    ends = migrate_during(monkeypatch, filled, module, step)
    town[1].touch(LIVE, 50, {"status": "Closed", "closeddate": "2026-11-20T10:00:00.000"})
    run = run_ingest(settings_for(filled, town[0]), datasets=BOTH, **options)
    assert run.result.has_changed
    assert_migrates(filled)
    assert ends == ["has to wait"]
    town[1].touch(LIVE, 80, {"status": "Closed", "closeddate": "2026-11-21T10:00:00.000"})
    run_ingest(settings_for(filled, town[0]), datasets=BOTH)
    assert_sound(filled)


def test_a_migration_that_adds_a_rollup_waits_for_the_end_of_an_erasure(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = migrate_during(monkeypatch, filled, changes, "append_erasures")
    number = filled.value("SELECT srnumber FROM service_requests LIMIT 1")
    with connect(filled.loader_url, "test") as connection:
        lifetime.erase(connection, [number])
    assert_migrates(filled)
    assert ends == ["has to wait"]


@pytest.mark.parametrize("step", first(["find_changes", "_build"]))
def test_an_index_that_is_built_during_a_full_load_is_there_after_the_swap(
    town: Town, filled: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    create = "CREATE INDEX CONCURRENTLY added_idx ON service_requests (address)"
    migrating = threading.Thread(target=filled.change, args=(create,))
    run_step = getattr(full_load, step)

    def run_step_and_begin_index(*arguments: Any, **options: Any) -> Any:
        result = run_step(*arguments, **options)
        migrating.start()
        migrating.join(timeout=0.5)
        return result

    monkeypatch.setattr(full_load, step, run_step_and_begin_index)
    monkeypatch.setattr(swap, "LOCK_TURNS", 3)
    run_ingest(settings_for(filled, town[0]), datasets=BOTH, full=True)
    migrating.join()
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'added_idx'::regclass"
    assert filled.rows(valid + " AND indrelid = 'service_requests'::regclass") == [(True,)]
    assert_sound(filled)


def test_a_merge_waits_for_a_migration_and_updates_its_rollup(
    town: Town, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    town[1].touch(LIVE, 50, {"status": "Closed", "closeddate": "2026-11-20T10:00:00.000"})
    check = quality.download_checks
    with migration(filled) as connection:

        def check_and_commit_soon(*arguments: Any) -> Any:
            threading.Timer(0.5, connection.commit).start()
            return check(*arguments)

        monkeypatch.setattr(quality, "download_checks", check_and_commit_soon)
        run_ingest(settings_for(filled, town[0]), datasets=BOTH)
    assert filled.value("SELECT sum(requests + information) FROM rollup_added") > 0
    assert_sound(filled)


def test_a_merge_that_waits_too_long_for_a_migration_changes_nothing(
    town: Town, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(filled, town[0])
    town[1].touch(LIVE, 50, {"status": "Looked at"})
    monkeypatch.setattr(rollups, "LOCK_TIMEOUT_SECONDS", 1)
    with migration(filled), pytest.raises(psycopg.errors.LockNotAvailable):
        run_ingest(settings, datasets=BOTH)
    assert filled.value("SELECT generation FROM data_generation") == 1
    run_ingest(settings, datasets=BOTH)
    assert_sound(filled)
