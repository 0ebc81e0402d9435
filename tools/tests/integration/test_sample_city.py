"""A database that the pipeline fills from its own sample portal."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools.migrate import migrate
from tools.paths import ROOT
from tools.sample_city import build, name_of
from tools.servers.instance import Instance

# About a benchmark, which is not run at each change either.
pytestmark = pytest.mark.slow
DATABASE, ROWS = "of_the_sample_city", 2_500
RUNS = "SELECT string_agg(status || coalesce(finished_at::text, ''), ',') FROM load_runs"


def test_the_pipeline_loads_it_whole_even_if_it_was_interrupted(running: Instance) -> None:
    migrate(running, DATABASE)
    running.sql("INSERT INTO load_runs (status, mode) VALUES ('merged', 'full')", database=DATABASE)
    build(running, DATABASE, ROWS)
    counted = "SELECT count(*), count(DISTINCT dataset_id), count(DISTINCT requesttype) > 40 FROM requests"
    requests, datasets, has_many_types = running.sql(counted, database=DATABASE).split("|")
    assert int(requests) > 0.9 * ROWS
    assert (int(datasets), has_many_types) == (13, "t")
    runs = running.sql(RUNS, database=DATABASE)
    assert runs.startswith("succeeded")
    assert "," not in runs
    build(running, DATABASE, ROWS)
    assert running.sql(RUNS, database=DATABASE) == runs


def _load_run(state: Path) -> str:
    """The output of a small load run that begins with a kept city; it must succeed."""
    command = ["make", "--no-print-directory", "load", f"ARGS=--smoke --bench-city --rows {ROWS}"]
    environment = os.environ | {"LA311_STATE": str(state)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_load_runs_begin_with_a_copy_of_it(tmp_path: Path) -> None:
    instance = Instance("bench", parent=tmp_path / "servers")
    older = f"city_{ROWS}"
    try:
        instance.start(redis=False)
        instance.sql(f"CREATE DATABASE {older}", database="postgres")
        instance.sql(f"CREATE DATABASE {older}0", database="postgres")
        instance.stop()
        assert "Building a city" in _load_run(tmp_path)
        # The first run has changed its copy only, and the second one finds the same changes to load.
        second = _load_run(tmp_path)
        assert "Building a city" not in second
        assert "500 changed rows" in second
        instance.start(redis=False)
        kept = "SELECT generation FROM data_generation"
        assert instance.sql(kept, database=name_of(ROWS)) == "1"
        cities = (
            "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE 'city%'"
        )
        assert instance.sql(cities, database="postgres") == f"{older}0 {name_of(ROWS)}"
        databases = "SELECT count(*) FROM pg_database WHERE datname LIKE 'load%'"
        assert instance.sql(databases, database="postgres") == "0"
    finally:
        instance.remove()
