"""Migrations of a database in use: readers continue, leftovers are repaired, and two runners take turns."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from lacity_data_api import schema_changes
from tests.support import databases
from tests.support.databases import Database
from tests.support.waiting import until

API = Path(__file__).parents[3]
BEFORE_ANY_CHANGE_OF_LIVE_TABLES = "0004"
READ = "SELECT count(*) FROM (SELECT FROM service_requests ORDER BY created_date DESC LIMIT 100) AS newest"
ROWS = """
INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id,
                              council_id, region_id, latitude, longitude, geom)
SELECT number, number, timestamp '2020-01-01' + number * interval '1 minute',
       CASE WHEN number %% 10 > 0 THEN timestamp '2020-02-01' + number * interval '1 minute' END,
       1 + number %% 12, 1, 1, number %% 100, 0, 34, -118.2, ST_SetSRID(ST_MakePoint(-118.2, 34), 4326)
  FROM generate_series(1, %s) AS number
"""


@pytest.fixture(scope="module")
def before() -> Iterator[Database]:
    """A database with requests, as left by releases before these changes."""
    with databases.database() as fresh:
        _alembic(fresh, "downgrade", BEFORE_ANY_CHANGE_OF_LIVE_TABLES)
        fresh.run(ROWS, 20_000)
        yield fresh


@pytest.fixture
def old(before: Database) -> Iterator[Database]:
    """A copy of this database for one test."""
    with databases.database(before.name) as copied:
        yield copied


def _start(database: Database, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"DATABASE_URL": database.owner_url, "PYTHONPATH": str(API)}
    line = [sys.executable, "-m", "alembic", "-c", str(API / "alembic.ini"), *arguments]
    return subprocess.Popen(line, cwd=API, env=environment, stderr=subprocess.PIPE, text=True)


def _alembic(database: Database, *arguments: str) -> None:
    with _start(database, *arguments) as runner:
        _, errors = runner.communicate()
    assert runner.returncode == 0, errors


def _version(database: Database) -> str:
    return str(database.value("SELECT version_num FROM alembic_version"))


PAUSING = """
SELECT count(*) FROM pg_stat_activity
 WHERE application_name = '311-migrate' AND datname = current_database() AND state = 'idle in transaction'
   AND query LIKE 'ROLLBACK TO SAVEPOINT%'
"""


def _wait_until_it_has_been_refused(database: Database, migrating: Future[None]) -> None:
    """Until the runner has tried to lock a table that a reader holds, and pauses before the next attempt."""

    def is_pausing() -> bool:
        assert not migrating.done(), migrating.exception()
        return bool(database.value(PAUSING))

    assert until(is_pausing)


def _read(cursor: Any) -> None:
    cursor.execute(READ)
    assert cursor.fetchone() == (100,)


@pytest.mark.parametrize(
    ("start", "table"),
    [("0004", "service_requests"), pytest.param("0024", "changes", marks=pytest.mark.slow)],
)
def test_a_long_reader_delays_the_migration_and_no_other_reader(
    old: Database, start: str, table: str
) -> None:
    _alembic(old, "upgrade", start)
    with ThreadPoolExecutor(1) as pool, old.cursor() as other:
        with closing(psycopg2.connect(old.owner_url)) as long_reader, long_reader.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            migrating = pool.submit(_alembic, old, "upgrade", "head")
            _wait_until_it_has_been_refused(old, migrating)
            other.execute("SET statement_timeout = '20s'")
            for _ in range(20):
                _read(other)
                other.connection.commit()
            assert not migrating.done()
        migrating.result()
    assert _version(old) == _version_of_scripts()


def test_an_invalid_index_of_a_broken_attempt_is_replaced(old: Database) -> None:
    with closing(psycopg2.connect(old.owner_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        create = "CREATE UNIQUE INDEX CONCURRENTLY service_requests_type_idx_next"
        with pytest.raises(psycopg2.errors.UniqueViolation):
            cursor.execute(f"{create} ON service_requests (type_id)")
    _alembic(old, "upgrade", "head")
    definition = old.value("SELECT pg_get_indexdef('service_requests_type_idx'::regclass)")
    assert "INCLUDE (council_id, latitude, longitude" in definition
    assert old.value("SELECT to_regclass('service_requests_type_idx_next')") is None


@pytest.mark.slow
def test_two_runners_and_a_reader_end_at_the_same_schema(old: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        runners = [pool.submit(_alembic, old, "upgrade", "head") for _ in range(2)]
        with closing(psycopg2.connect(old.owner_url)) as connection, connection.cursor() as cursor:
            while not all(runner.done() for runner in runners):
                _read(cursor)
                connection.commit()
        for runner in runners:
            runner.result()
    assert _version(old) == _version_of_scripts()
    assert old.value("SELECT count(*) FROM service_requests WHERE is_open") == 2_000


MAX_SECONDS = 120.0
# For longer than a statement may wait that would keep readers waiting too.
WAITING = """
SELECT pid FROM pg_stat_activity
 WHERE application_name = '311-migrate' AND datname = current_database() AND wait_event_type = 'Lock'
   AND query LIKE %s AND now() - query_start > interval '1 second'
"""


def _wait_until_it_waits(database: Database, statement: str, is_running: Callable[[], bool]) -> None:
    def waits() -> bool:
        assert is_running()
        return bool(database.run(WAITING, statement))

    assert until(waits, MAX_SECONDS), f"the runner never waited in {statement}"


@pytest.mark.slow
def test_a_run_that_merges_delays_new_rollups_and_no_reader(old: Database) -> None:
    _alembic(old, "upgrade", "0019")
    with ThreadPoolExecutor(1) as pool:
        with old.cursor() as run:
            run.execute("LOCK TABLE service_requests IN ROW EXCLUSIVE MODE")
            migrating = pool.submit(_alembic, old, "upgrade", "0020")
            _wait_until_it_waits(old, "LOCK TABLE%", lambda: not migrating.done())
            with old.cursor() as reader:
                reader.execute("SET statement_timeout = '20s'")
                _read(reader)
            run.execute("DELETE FROM service_requests WHERE request_id <= 5000")
        migrating.result()
    assert old.value("SELECT sum(requests) FROM rollup_day_district") == 15_000


@pytest.mark.slow
def test_a_revision_that_is_killed_while_it_builds_an_index_can_be_repeated(old: Database) -> None:
    _alembic(old, "upgrade", "0017")
    with closing(psycopg2.connect(old.owner_url)) as snapshot, snapshot.cursor() as cursor:
        snapshot.set_session(isolation_level="REPEATABLE READ")
        _read(cursor)
        with _start(old, "upgrade", "0018") as runner:
            _wait_until_it_waits(old, "CREATE INDEX CONCURRENTLY%", lambda: runner.poll() is None)
            runner.kill()
    _alembic(old, "upgrade", "0018")
    assert old.value("SELECT sum(requests) FROM rollup_map") == 20_000
    assert old.value(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'service_requests_map_idx'::regclass"
    )


@pytest.fixture
def revision(old: Database) -> Iterator[Connection]:
    """The connection of a revision, with the runner's limit."""
    engine = create_engine(old.owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute("SET lock_timeout = '500ms'")
        connection.execution_options(isolation_level="READ COMMITTED")
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            yield connection


def test_the_runners_limit_applies_again_after_each_call_without_it(revision: Connection) -> None:
    calls: tuple[Callable[[], None], ...] = (
        partial(schema_changes.create_index, "some_idx", "ON service_requests (type_id)"),
        partial(schema_changes.drop_index, "some_idx"),
        partial(schema_changes.update_in_batches, "service_requests", "request_id", "SELECT :first, :last"),
        partial(schema_changes.exclude_writers, "service_requests"),
    )
    for call in calls:
        call()
        assert revision.execute("SHOW lock_timeout").scalar() == "500ms", call


@pytest.mark.slow
def test_the_longest_wait_of_a_reader_over_a_million_rows(old: Database) -> None:
    """One reader takes 12 seconds, another reads in a loop: the latter waits less than a second."""
    old.run("TRUNCATE service_requests")
    old.run(ROWS, 1_000_000)
    longest = 0.0
    with ThreadPoolExecutor(2) as pool:
        long_read = pool.submit(old.run, f"{READ} CROSS JOIN pg_sleep(12)")
        migrating = pool.submit(_alembic, old, "upgrade", "head")
        with closing(psycopg2.connect(old.owner_url)) as connection, connection.cursor() as cursor:
            while not migrating.done():
                begun = time.monotonic()
                _read(cursor)
                connection.commit()
                longest = max(longest, time.monotonic() - begun)
        migrating.result()
        long_read.result()
    assert longest < 1.0, f"a reader waited {longest:.2f} s"
    assert old.value("SELECT count(*) FROM service_requests WHERE is_open") == 100_000


def _version_of_scripts() -> str:
    from alembic.script import ScriptDirectory

    from lacity_data_api.migrate import configuration

    return str(ScriptDirectory.from_config(configuration()).get_current_head())
