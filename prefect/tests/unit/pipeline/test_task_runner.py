from __future__ import annotations

import pytest
from prefect.task_runners import ThreadPoolTaskRunner
from prefect_dask.task_runners import DaskTaskRunner

from pipeline.task_runner import task_runner


@pytest.mark.parametrize(("workers", "threads"), [("", 4), ("7", 7), ("0", 4), ("many", 4)])
def test_downloads_run_in_threads_by_default(workers: str, threads: int) -> None:
    runner = task_runner({"DOWNLOAD_WORKERS": workers})
    assert isinstance(runner, ThreadPoolTaskRunner)
    assert runner._max_workers == threads


def test_one_setting_names_a_cluster_or_asks_for_one_here() -> None:
    elsewhere = task_runner({"DASK_SCHEDULER": "tcp://scheduler:8786"})
    assert isinstance(elsewhere, DaskTaskRunner)
    assert elsewhere.address == "tcp://scheduler:8786"
    here = task_runner({"DASK_SCHEDULER": "local", "DOWNLOAD_WORKERS": "2"})
    assert isinstance(here, DaskTaskRunner)
    assert here.cluster_kwargs["n_workers"] == 2
