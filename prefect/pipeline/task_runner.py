"""Where the downloads run: in threads of this process, or on a Dask cluster, depending on a setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline.config import Settings

LOCAL_CLUSTER = "local"


def task_runner(environment: Mapping[str, str]) -> TaskRunner[Any]:
    """Threads, unless ``DASK_SCHEDULER`` names a scheduler or requests a cluster on this machine.

    A flow needs its runner when it is imported, before the settings are validated.
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
    """The raw setting; invalid values are rejected later, with a message, when the settings are read."""
    text = environment.get("DOWNLOAD_WORKERS", "")
    default: int = Settings.model_fields["download_workers"].default
    return int(text) if text.isdecimal() and int(text) else default
