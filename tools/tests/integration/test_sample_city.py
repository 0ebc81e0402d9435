"""A database that the pipeline fills from its own sample portal."""

from __future__ import annotations

import pytest

from tools.bench.__main__ import build
from tools.migrate import migrate
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
