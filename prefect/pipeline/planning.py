"""Plans a run: what to read and what to skip, given the state of the portal."""

from __future__ import annotations

import logging
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from pipeline import runs
from pipeline.boundaries import Boundaries, fetch_boundaries
from pipeline.city import City
from pipeline.database import fetch
from pipeline.declaration import Dataset
from pipeline.discovery import discover
from pipeline.errors import IngestError, PortalError
from pipeline.plan import (
    DatasetState,
    Plan,
    Reading,
    SkippedDataset,
    concerns_one_dataset,
)
from pipeline.reading import plan_reading
from pipeline.reference import belongs_to_other_city, claim, refuse_other_portal
from pipeline.runs import Run
from pipeline.socrata import Portal

log = logging.getLogger(__name__)


def make_plan(run: Run) -> Plan:
    """One reading for each dataset, due or not; datasets that cannot be read are skipped.

    Raises TokenError, or the PortalError or DataError of the first dataset if all have to be skipped.
    """
    settings, options = run.settings, run.options
    if options.dry_run:
        belongs_to_other_city(run.connection, run.city)
    else:
        claim(run.connection, run.city, settings.portal_host)
    refuse_other_portal(run.connection, settings.portal_host)
    known, notices = _known_datasets(run)
    with Portal(settings) as portal:
        city, discovered = discover(portal, run.city, options.now.date(), _titles(run, known))
        boundaries, missing = _boundaries(portal, city)
    notices += (*discovered, *missing)
    for notice in notices:
        log.warning(notice)
    datasets = city.chosen(options.years, options.datasets)
    run = replace(run, city=city)
    pool = ThreadPoolExecutor(settings.download_workers)
    try:
        planned = list(pool.map(lambda dataset: _reading(run, dataset, known), datasets))
    finally:
        # A terminated run must not wait for a portal that hangs.
        pool.shutdown(wait=False, cancel_futures=True)
    readings = tuple(one for one in planned if isinstance(one, Reading))
    skipped = tuple(one for one in planned if isinstance(one, SkippedDataset))
    return Plan(
        run.load_run_id, options, city, readings, skipped, boundaries, notices, run.started_at
    ).checked()


def _boundaries(portal: Portal, city: City) -> tuple[Boundaries | None, tuple[str, ...]]:
    """The published areas, or a notice if they cannot be read: the run then uses the stored ones."""
    if city.boundaries is None:
        return None, ()
    try:
        return fetch_boundaries(portal, city, city.boundaries), ()
    except PortalError as error:
        return None, (f"the boundaries could not be read: {error}",)


def _known_datasets(run: Run) -> tuple[dict[str, DatasetState], tuple[str, ...]]:
    if not run.settings.socrata_app_token.get_secret_value():
        log.info("no SOCRATA_APP_TOKEN: the portal may throttle")
    known = runs.known_datasets(run.connection)
    if known and runs.is_empty(run.connection):
        return {}, ("the tables are empty although earlier runs filled them: reading everything",)
    return known, ()


def _titles(run: Run, known: Collection[str]) -> dict[str, str]:
    """The titles of the known datasets by id, in the order in which they were last read."""
    titles = fetch(run.connection, "merge/known_titles")
    return {row["dataset_id"]: row["title"] for row in titles if row["dataset_id"] in known}


def _reading(run: Run, dataset: Dataset, known: dict[str, DatasetState]) -> Reading | SkippedDataset:
    schema = run.city.schemas[dataset.schema_name]
    try:
        with Portal(run.settings) as portal:
            return plan_reading(portal, run, dataset, schema, known.get(dataset.id, DatasetState()))
    except IngestError as error:
        if not concerns_one_dataset(error):
            raise
        log.error("%s is skipped: %s", dataset.title, error)  # noqa: TRY400  # expected: no traceback
        return SkippedDataset(dataset, error)
