"""Nights without Prefect: the same steps in the same order, in this process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from pipeline import cache, loading, night
from pipeline.catalog import Catalog, load_catalog
from pipeline.config import Settings
from pipeline.download import download
from pipeline.night import Night
from pipeline.options import Options
from pipeline_tests.databases import Database

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
"""Every night of the tests happens at this moment, and the portal is seen on this day."""


def settings_for(database: Database, portal_url: str, **changed: Any) -> Settings:
    """Settings of a night that loses no time with waiting, whatever the machine's environment says."""
    quick = {"socrata_backoff_seconds": 0.01, "socrata_timeout_seconds": 2, "socrata_attempts": 3}
    chosen = {"database_loader_url": database.loader_url, "socrata_url": portal_url, "api_url": ""}
    return Settings(**{**chosen, **quick, **changed})


def run_night(
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    publish: bool = False,
    **options: Any,
) -> Night:
    """One night; raises what it raises."""
    chosen = Options(**{"now": NOW, **options})
    with night.opened(settings, chosen, catalog or load_catalog()) as run:
        orders = night.plan(run)
        with ThreadPoolExecutor(settings.download_workers) as pool:
            downloads = list(pool.map(download, orders))
        loading.merge_downloads(run, downloads)
        if publish:
            cache.publish(settings, run.generation)
        night.finish(run)
    return run
