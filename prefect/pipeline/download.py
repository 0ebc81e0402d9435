"""Downloads a dataset page by page into the staging tables; memory does not grow with its size."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline import log_lines, telemetry
from pipeline.city import City
from pipeline.config import Settings
from pipeline.database import connect
from pipeline.errors import IngestError, PortalError
from pipeline.late import late_months, new_rows, unread_rows
from pipeline.pages import COUNTED, Download, Pages
from pipeline.plan import Plan, Reading, SkippedDataset, concerns_one_dataset
from pipeline.socrata import Portal
from pipeline.staging import PageLoader, Staging

__all__ = ["COUNTED", "Assignment", "Download", "assignments", "download", "gathered"]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assignment:
    """Everything a download needs, so that it can run in another thread or on another machine."""

    settings: Settings
    city: City
    load_run_id: int
    reading: Reading
    now: datetime


def assignments(plan: Plan, settings: Settings) -> tuple[Assignment, ...]:
    """One assignment for each dataset that is due."""
    now = plan.options.now
    return tuple(Assignment(settings, plan.city, plan.load_run_id, reading, now) for reading in plan.due)


def download(assignment: Assignment) -> Download:
    """Read a dataset into the staging tables. Raises PortalError, and stages nothing, if it is incomplete."""
    dataset = assignment.reading.dataset
    # On a cluster this is not the process of the run.
    telemetry.follow(assignment.load_run_id)
    log_lines.shorten_expected_failures()
    purpose = f"run {assignment.load_run_id} {dataset.id}"
    with (
        Portal(assignment.settings) as portal,
        connect(assignment.settings.database_loader_url, purpose) as connection,
    ):
        # Planning has already determined the transport for this dataset.
        portal.transport = assignment.reading.transport or portal.transport
        loader = PageLoader(
            connection, Staging(assignment.load_run_id), assignment.reading, assignment.city, assignment.now
        )
        loader.prepare()
        loader.staging.discard(connection, dataset.id)
        try:
            return _read(portal, loader, assignment.settings.socrata_page_rows)
        except IngestError:
            loader.staging.discard(connection, dataset.id)
            raise


def gathered(
    plan: Plan, assignments: Iterable[Assignment], results: Iterable[Download | BaseException]
) -> tuple[Plan, tuple[Download, ...]]:
    """The plan without datasets that could not be downloaded, and all downloads, including those not due.

    Raises errors that concern more than one dataset, and the first error if nothing is left.
    """
    skipped, downloads = [], [Download(reading) for reading in plan.readings if not reading.is_due]
    for assignment, result in zip(assignments, results, strict=True):
        if isinstance(result, Download):
            downloads.append(result)
        elif isinstance(result, IngestError) and concerns_one_dataset(result):
            log.error("%s is skipped: %s", assignment.reading.dataset.title, result)
            skipped.append(SkippedDataset(assignment.reading.dataset, result))
        else:
            raise result
    return plan.skipping(skipped), tuple(downloads)


def _read(portal: Portal, loader: PageLoader, page_rows: int) -> Download:
    started, reading = time.monotonic(), loader.reading
    pages = Pages(portal, loader, page_rows)
    pages.read(reading.where)
    total = _compare_counts(portal, loader, pages.result)
    new = new_rows(loader)
    if unread := unread_rows(reading, new):
        log.warning(
            "%s: %d rows are older than the last run; looking for them", reading.dataset.title, unread
        )
        for condition in late_months(portal, loader):
            pages.read(condition)
        new = new_rows(loader)
        unread = unread_rows(reading, new)
    seconds = time.monotonic() - started
    return replace(
        pages.result,
        new_rows=new,
        unread=unread,
        total=total,
        transport=portal.transport,
        seconds=seconds,
    )


def _compare_counts(portal: Portal, loader: PageLoader, result: Download) -> int:
    """Compare with the portal's own count, allowing for rows added or moved in the meantime.

    Returns the number of all rows of the dataset, whether they were to be read or not.
    """
    reading = result.reading
    now = portal.count(reading.dataset.id, reading.where)
    promised, read = min(reading.expected, now), result.counts["read"]
    if read != promised:
        read = loader.staging.count_read(loader.connection, reading.dataset.id)
    if read < promised:
        raise PortalError(
            f"{reading.dataset.id}: the portal counts {promised} rows but served {read}; nothing was changed"
        )
    if read > max(reading.expected, now):
        log.warning("%s: the portal counts %d rows but served %d", reading.dataset.id, now, read)
    # The newest row of the dataset may have been created in a year that was not chosen.
    newest = None if reading.window else reading.newest
    served = result.served_until
    if newest and reading.expected and (served is None or served < newest):
        raise PortalError(f"{reading.dataset.id}: did not serve the announced rows updated up to {newest}")
    return portal.count(reading.dataset.id) if reading.where else now
