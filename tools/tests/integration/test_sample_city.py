"""A database that the pipeline fills from its own sample portal."""

from __future__ import annotations

from tools import sample_city
from tools.servers.instance import Instance

DATABASE, ROWS = "of_the_sample_city", 2_500


def test_the_pipeline_loads_it_whole(running: Instance) -> None:
    sample_city.load(running, DATABASE, ROWS)
    counted = "SELECT count(*), count(DISTINCT dataset_id), count(DISTINCT requesttype) > 40 FROM requests"
    requests, datasets, has_many_types = running.sql(counted, database=DATABASE).split("|")
    assert int(requests) > 0.9 * ROWS
    assert (int(datasets), has_many_types) == (13, "t")
    assert running.sql("SELECT status FROM load_runs", database=DATABASE) == "succeeded"
