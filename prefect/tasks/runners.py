"""Where the downloads run: threads of this process, or a Dask cluster by one setting."""

from __future__ import annotations

from typing import Any

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline.config import Settings

LOCAL_CLUSTER = "local"


def task_runner(settings: Settings) -> TaskRunner[Any]:
    """Threads, unless ``DASK_SCHEDULER`` names a scheduler or asks for a cluster on this machine."""
    if not settings.dask_scheduler:
        return ThreadPoolTaskRunner(max_workers=settings.download_workers)
    from prefect_dask.task_runners import DaskTaskRunner

    if settings.dask_scheduler != LOCAL_CLUSTER:
        return DaskTaskRunner(address=settings.dask_scheduler)
    workers = {"n_workers": settings.download_workers, "threads_per_worker": 1, "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=workers)
