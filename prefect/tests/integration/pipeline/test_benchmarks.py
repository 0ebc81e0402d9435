"""The benchmarks time the work that they name: all rows of a load, all changes of a run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pipeline_tests.databases import Database, database

from benchmarks import bare, copies, pages
from benchmarks.loads import load
from benchmarks.memory import generate_elsewhere, peak_mb
from pipeline.config import Settings
from pipeline.database import connect

ROWS, CHANGED, ADDED = 2_000, 30, 50


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("benchmark") / "rows.csv"
    generate_elsewhere(ROWS, file)
    with database() as a_database:
        with pages.Pages(file) as drawn:
            load(_settings(a_database), pages.one_dataset(), pages.GENERATED_COLUMNS, drawn)
        yield a_database


def _settings(a_database: Database) -> Settings:
    return Settings(
        database_loader_url=a_database.loader_url, socrata_url="http://unused.invalid", api_url=""
    )


@pytest.mark.slow
def test_first_load_stores_every_generated_row(loaded: Database, tmp_path: Path) -> None:
    assert loaded.value("SELECT count(*) FROM requests WHERE srnumber NOT LIKE '%-1'") == ROWS
    with connect(loaded.loader_url, "test") as connection:
        assert bare.bare_copy_seconds(connection, tmp_path) > 0


@pytest.mark.slow
def test_run_changes_and_adds_what_it_says(loaded: Database) -> None:
    before = loaded.value("SELECT count(*) FROM requests")
    with connect(loaded.loader_url, "test") as connection:
        page = pages.page_of_changes(connection, 1, CHANGED, ADDED)
        bare.changes_seconds(connection, CHANGED, ADDED, is_spread=False)
    load(_settings(loaded), pages.one_dataset(), pages.CHANGED_COLUMNS, [page])
    last_run = "SELECT rows_inserted, rows_updated FROM load_runs ORDER BY load_run_id DESC LIMIT 1"
    ((added, updated),) = loaded.rows(last_run)
    # A row that happens to be drawn with its stored values is not a change.
    assert added == ADDED
    assert CHANGED / 2 < updated <= CHANGED
    assert loaded.value("SELECT count(*) FROM requests") == before + ADDED


@pytest.mark.slow
def test_peak_memory_is_that_of_the_process_alone() -> None:
    """Linux reports the peak of the starting process for the started one, too."""
    held = bytearray(300 << 20)
    command = [sys.executable, "-c", "from benchmarks.memory import peak_mb; print(peak_mb())"]
    started = float(subprocess.check_output(command))
    assert peak_mb() > len(held) / (1 << 20) > started > 10


@pytest.mark.slow
def test_a_failed_generator_fails_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="exit code 1"):
        generate_elsewhere(10, tmp_path / "no folder" / "rows.csv")


def test_a_killed_benchmark_leaves_no_copy_of_the_city_for_long() -> None:
    named = "SELECT datname FROM pg_database WHERE datname LIKE 'benchmark%'"
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE benchmark_0")  # no process has this number
        with copies.database(os.environ["TEST_TEMPLATE"]) as url:
            assert connection.execute(named).fetchall() == [(url.rsplit("/", 1)[-1],)]
        assert connection.execute(named).fetchall() == []
