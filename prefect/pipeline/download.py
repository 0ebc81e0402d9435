"""One dataset, page by page, from the portal into the staging tables; memory does not grow with its size."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import psycopg

from pipeline.city import City
from pipeline.config import Settings
from pipeline.database import connect
from pipeline.errors import IngestError, PortalError
from pipeline.late import late_months, unread_rows
from pipeline.plan import Plan, Reading, Skipped, is_of_one_dataset
from pipeline.query import Query
from pipeline.retries import TemporaryError
from pipeline.socrata import Portal
from pipeline.staging import PageTaker, Staging

log = logging.getLogger(__name__)
COUNTED = (
    "rows",
    "read",
    "accepted",
    "rejected",
    "elsewhere",
    "from_the_future",
    "bad_updates",
    "bad_coordinates",
)
ORDER = ":updated_at,:id"
PROGRESS_SECONDS = 5


@dataclass(frozen=True)
class Download:
    """What was read of one dataset. ``newest`` and ``last_row_id`` are the newest row's.

    ``unread`` rows are in the portal's count and could not be found. ``transport`` is the API that served the
    last page.
    """

    reading: Reading
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    newest: datetime | None = None
    last_row_id: str = ""
    pages: int = 0
    seconds: float = 0.0
    unread: int = 0
    transport: str = ""


@dataclass(frozen=True)
class Assignment:
    """All that a download needs, so that it can run in another thread or on another machine."""

    settings: Settings
    city: City
    load_run_id: int
    reading: Reading
    now: datetime


def assignments(plan: Plan, settings: Settings) -> tuple[Assignment, ...]:
    """One for each dataset that is due."""
    now = plan.options.now
    return tuple(Assignment(settings, plan.city, plan.load_run_id, reading, now) for reading in plan.due)


def download(assignment: Assignment) -> Download:
    """Read one dataset into the staging tables. Raises PortalError, and stages nothing, if incomplete."""
    dataset = assignment.reading.dataset
    purpose = f"run {assignment.load_run_id} {dataset.id}"
    with (
        Portal(assignment.settings) as portal,
        connect(assignment.settings.database_loader_url, purpose) as connection,
    ):
        # What planning found out about the transport holds for this dataset.
        portal.transport = assignment.reading.transport or portal.transport
        taker = PageTaker(
            connection, Staging(assignment.load_run_id), assignment.reading, assignment.city, assignment.now
        )
        taker.prepare()
        taker.staging.discard(connection, dataset.id)
        try:
            return _read(portal, taker, assignment.settings.socrata_page_rows)
        except IngestError:
            taker.staging.discard(connection, dataset.id)
            raise


def gathered(
    plan: Plan, assignments: Iterable[Assignment], results: Iterable[Download | BaseException]
) -> tuple[Plan, tuple[Download, ...]]:
    """The plan without what could not be downloaded, and the downloads, those that were not due included.

    Raises an error that concerns more than its dataset, and the first error when nothing is left.
    """
    skipped, downloads = [], [Download(reading) for reading in plan.readings if not reading.is_due]
    for assignment, result in zip(assignments, results, strict=True):
        if isinstance(result, Download):
            downloads.append(result)
        elif isinstance(result, IngestError) and is_of_one_dataset(result):
            log.error("%s is skipped: %s", assignment.reading.dataset.title, result)
            skipped.append(Skipped(assignment.reading.dataset, result))
        else:
            raise result
    return plan.skipping(skipped), tuple(downloads)


def _read(portal: Portal, taker: PageTaker, page_rows: int) -> Download:
    started, reading = time.monotonic(), taker.reading
    pages = _Pages(portal, taker, page_rows)
    pages.read(reading.where)
    _compare_counts(portal, taker, pages.result)
    if unread := unread_rows(taker):
        log.warning(
            "%s: %d rows are older than the last run; looking for them", reading.dataset.title, unread
        )
        for condition in late_months(portal, taker):
            pages.read(condition)
        unread = unread_rows(taker)
    seconds = time.monotonic() - started
    return replace(pages.result, unread=unread, transport=portal.transport, seconds=seconds)


class _Pages:
    """The pages of one dataset, by update time and row id; ``result`` is what they held so far."""

    def __init__(self, portal: Portal, taker: PageTaker, page_rows: int) -> None:
        self._portal, self._taker, self._page_rows = portal, taker, page_rows
        self._started = self._reported = time.monotonic()
        self.result = Download(taker.reading)

    def read(self, condition: str) -> None:
        """Read every row that meets the condition (all rows, if it is empty)."""
        where = condition
        while True:
            page = self._page(where)
            self._add(page)
            if page["rows"] < self._page_rows:
                return
            beyond = _beyond(page["last_updated_at"], page["last_row_id"])
            is_late = condition and condition != self._taker.reading.where
            where = f"{condition} AND {beyond}" if is_late else beyond

    def _page(self, where: str) -> dict[str, Any]:
        """One page into the staging tables. Retried as a whole: half a page is dropped first."""
        portal, taker, dataset_id = self._portal, self._taker, self._taker.reading.dataset.id
        query = Query(taker.select, where, order=ORDER, limit=self._page_rows)

        def attempt() -> dict[str, Any]:
            with portal.page(dataset_id, query) as pieces:
                _copy(dataset_id, lambda: taker.copy(pieces))
            order = taker.order()
            if not order["is_ordered"]:
                raise TemporaryError(f"{dataset_id}: the portal did not keep the requested order")
            return order

        order = portal.retries(f"{dataset_id} page", attempt)
        return order | taker.take(self.result.newest or taker.reading.known_newest)

    def _add(self, page: dict[str, Any]) -> None:
        counts = {name: self.result.counts[name] + page[name] for name in COUNTED}
        newest = max((moment for moment in (self.result.newest, page["newest"]) if moment), default=None)
        is_newest = newest is not None and newest == page["newest"]
        last = page["last_row_id"] if is_newest and page["last_row_id"] else self.result.last_row_id
        pages = self.result.pages + 1
        self.result = replace(self.result, counts=counts, newest=newest, last_row_id=last, pages=pages)
        self._log_progress()

    def _log_progress(self) -> None:
        now = time.monotonic()
        if now - self._reported < PROGRESS_SECONDS:
            return
        self._reported = now
        read, expected = self.result.counts["read"], self._taker.reading.expected
        rate = read / (now - self._started)
        left = max(0, expected - read) / rate if rate else 0
        title = self._taker.reading.dataset.title
        log.info("%s: %d of %d rows, %.0f rows/s, %.0f s left", title, read, expected, rate, left)


def _beyond(updated_at: str, row_id: str) -> str:
    row_id = row_id.replace("'", "''")
    return f"(:updated_at > '{updated_at}' OR (:updated_at = '{updated_at}' AND :id > '{row_id}'))"


def _copy(dataset_id: str, copy: Callable[[], None]) -> None:
    """A page that Postgres cannot read as CSV is the portal's error."""
    try:
        copy()
    except psycopg.DataError as error:
        raise TemporaryError(f"{dataset_id}: not CSV: {error.diag.message_primary}") from error


def _compare_counts(portal: Portal, taker: PageTaker, result: Download) -> None:
    """Compare with the portal's own count; rows that it gained or moved meanwhile are allowed for."""
    reading = result.reading
    now = portal.count(reading.dataset.id, reading.where)
    promised, read = min(reading.expected, now), result.counts["read"]
    if read != promised:
        read = taker.staging.count_read(taker.connection, reading.dataset.id)
    if read < promised:
        raise PortalError(
            f"{reading.dataset.id}: the portal counts {promised} rows but served {read}; nothing was changed"
        )
    if read > max(reading.expected, now):
        log.warning("%s: the portal counts %d rows but served %d", reading.dataset.id, now, read)
    newest = reading.newest
    if newest and reading.expected and (result.newest is None or result.newest < newest):
        raise PortalError(f"{reading.dataset.id}: rows updated up to {newest} were announced, not served")
