"""The steps of a night as Prefect tasks. Retries of single requests are inside; a step is not repeated."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from pipeline import cache, loading, night, tidy
from pipeline.download import Downloaded, Order, download


@task(name="plan", cache_policy=NO_CACHE)
def plan_night(run: night.Night) -> list[Order]:
    """Ask the portal what is new; one order for each dataset."""
    return night.plan(run)


@task(name="download", task_run_name="download {order.reading.dataset.title}", cache_policy=NO_CACHE)
def download_dataset(order: Order) -> Downloaded:
    """One dataset into the staging tables; runs in a thread, or on a Dask worker."""
    return download(order)


@task(name="merge", cache_policy=NO_CACHE)
def merge_downloads(run: night.Night, downloads: list[Downloaded]) -> str:
    """Everything into the live tables in one transaction."""
    return loading.merge_downloads(run, downloads)


@task(name="publish", cache_policy=NO_CACHE)
def publish_generation(run: night.Night) -> str:
    """Make the API serve what is in the database now."""
    return cache.publish(run.settings, run.generation)


@task(name="tidy", cache_policy=NO_CACHE)
def tidy_tables(run: night.Night) -> None:
    """What the night changed is made quick to read; its data are served already."""
    tidy.tidy(run.connection)
