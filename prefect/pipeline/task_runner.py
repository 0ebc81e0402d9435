"""Where the downloads run: threads of this process, or a Dask cluster by one setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline.config import Settings

LOCAL_CLUSTER = "local"


def task_runner(environment: Mapping[str, str]) -> TaskRunner[Any]:
    """Threads, unless ``DASK_SCHEDULER`` names a scheduler or asks for a cluster on this machine.

    A flow has its runner from the moment it is imported, before there are settings to be wrong.
    """
    scheduler, workers = environment.get("DASK_SCHEDULER", ""), _workers(environment)
    if not scheduler:
        return ThreadPoolTaskRunner(max_workers=workers)
    from prefect_dask.task_runners import DaskTaskRunner

    if scheduler != LOCAL_CLUSTER:
        return DaskTaskRunner(address=scheduler)
    cluster = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=cluster)


def _workers(environment: Mapping[str, str]) -> int:
    """As the settings will read it; what makes no sense is rejected there, with a message."""
    text = environment.get("DOWNLOAD_WORKERS", "")
    default: int = Settings.model_fields["download_workers"].default
    return int(text) if text.isdecimal() and int(text) else default
