"""A run leaves no staging tables, however it ends: those of a full load hold gigabytes."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from samples import first

from pipeline.city import load_city
from pipeline.errors import DataError
from pipeline.options import Options
from pipeline.runs import Run, open_run

STAGED = "SELECT tablename FROM pg_tables WHERE schemaname = 'staging'"


@pytest.mark.parametrize("options", first([{}, {"full": True}, {"reconcile": True}, {"dry_run": True}], 2))
def test_a_run_with_a_failed_check_leaves_no_staging_table(
    database: Database, options: dict[str, bool]
) -> None:
    settings = settings_for(database, "http://unused.invalid")
    load(settings, tolerant(), [plain_row(number) for number in range(40)])
    spoiled = [plain_row(number, stamp=2, latitude=None, longitude=None) for number in range(100, 130)]
    with pytest.raises(DataError, match="without coordinates"):
        load(settings, load_city(), spoiled, **options)
    assert database.rows(STAGED) == []


def test_a_run_that_lost_its_connection_leaves_no_staging_table(database: Database) -> None:
    def lose(run: Run) -> None:
        with psycopg.connect(database.loader_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [run.connection.info.backend_pid])
        run.connection.execute("SELECT 1")

    with pytest.raises(psycopg.OperationalError):
        _run(database, lose)
    assert database.rows(STAGED) == []
    assert database.rows("SELECT status FROM load_runs") == [("failed",)]


FULL = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file'; END $$;
CREATE TRIGGER full_disk BEFORE UPDATE ON load_runs FOR EACH ROW EXECUTE FUNCTION refuse()
"""


def test_a_failure_that_cannot_be_recorded_leaves_no_staging_table(database: Database) -> None:
    """They took the space that the next run would have needed to begin."""

    def fail(_: Run) -> None:
        database.change(FULL)
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError, match="a defect"):
        _run(database, fail)
    assert database.rows(STAGED) == []


@pytest.mark.slow
def test_a_staging_table_in_use_does_not_delay_the_end_of_a_run(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(database.loader_url) as reader:

        def fail(run: Run) -> None:
            reader.execute(f"LOCK TABLE staging.rows_{run.load_run_id}")
            raise RuntimeError("a defect")

        with pytest.raises(RuntimeError, match="a defect"):
            _run(database, fail)
    assert "the staging tables were not dropped: LockNotAvailable" in caplog.text
    assert database.value("SELECT message FROM load_runs") == "internal error: RuntimeError: a defect"
    _run(database, lambda _: None)
    assert database.rows(STAGED) == []


def _run(database: Database, step: Callable[[Run], None]) -> None:
    with open_run(settings_for(database, ""), Options(), tolerant()) as run:
        step(run)
