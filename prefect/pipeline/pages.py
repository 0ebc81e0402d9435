"""Loads the pages of a dataset into the staging tables."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import psycopg

from pipeline.errors import PortalError
from pipeline.plan import Reading, from_portal
from pipeline.query import Query
from pipeline.retries import TemporaryError
from pipeline.socrata import Portal
from pipeline.staging import PageLoader

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
    """The result of reading a dataset. ``newest`` and ``last_row_id`` are those of the newest row.

    ``served_until`` is the newest update time that was sent, which may be after the start of the run.
    ``total`` is the portal's count of all rows after the reading, which may have found rows added meanwhile.
    ``new_rows`` is the number of rows that no merged run has read, unless the whole dataset was read.
    ``unread`` is the number of rows in the portal's count that could not be found. ``transport`` is the API
    that served the last page.
    """

    reading: Reading
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    newest: datetime | None = None
    served_until: datetime | None = None
    total: int = 0
    last_row_id: str = ""
    pages: int = 0
    seconds: float = 0.0
    new_rows: int = 0
    unread: int = 0
    transport: str = ""


class Pages:
    """The pages of a dataset, by update time and row id; ``result`` is the download so far."""

    def __init__(self, portal: Portal, loader: PageLoader, page_rows: int) -> None:
        self._portal, self._loader, self._page_rows = portal, loader, page_rows
        self._started = self._reported = time.monotonic()
        self.result = Download(loader.reading)

    def read(self, condition: str) -> None:
        """Read every row that meets the condition (all rows, if it is empty)."""
        where, before = condition, None
        while True:
            page = self._page(where)
            self._add(page)
            if page["rows"] < self._page_rows:
                return
            last = page["last_updated_at"], page["last_row_id"]
            if last == before:
                dataset_id = self._loader.reading.dataset.id
                raise PortalError(f"{dataset_id}: the portal sent the same page again")
            beyond, before = _beyond(*last), last
            reading = self._loader.reading
            kept = reading.window if condition == reading.where else condition
            where = f"{kept} AND {beyond}" if kept else beyond

    def _page(self, where: str) -> dict[str, Any]:
        """Load one page into the staging tables. Retried as a whole: a partial page is dropped first."""
        portal, loader, dataset_id = self._portal, self._loader, self._loader.reading.dataset.id
        query = Query(loader.select, where, order=ORDER, limit=self._page_rows)

        def attempt() -> dict[str, Any]:
            with portal.page(dataset_id, query) as pieces:
                _copy(dataset_id, lambda: loader.copy(pieces))
            order = loader.page_order()
            if not order["is_ordered"]:
                raise TemporaryError(f"{dataset_id}: the portal did not keep the requested order")
            return order

        order = portal.retries(attempt)
        try:
            return order | loader.stage(self.result.newest or loader.reading.known_newest)
        except psycopg.DataError as error:
            why = error.diag.message_primary or type(error).__name__
            raise PortalError(f"{dataset_id}: an unusable page: {why}") from error

    def _add(self, page: dict[str, Any]) -> None:
        counts = {name: self.result.counts[name] + page[name] for name in COUNTED}
        newest = _latest(self.result.newest, page["newest"])
        served_until = _latest(self.result.served_until, from_portal(page["last_updated_at"]))
        is_newest = newest is not None and newest == page["newest"]
        last = page["last_row_id"] if is_newest and page["last_row_id"] else self.result.last_row_id
        pages = self.result.pages + 1
        self.result = replace(
            self.result,
            counts=counts,
            newest=newest,
            served_until=served_until,
            last_row_id=last,
            pages=pages,
        )
        self._log_progress()

    def _log_progress(self) -> None:
        now = time.monotonic()
        if now - self._reported < PROGRESS_SECONDS:
            return
        self._reported = now
        read, expected = self.result.counts["read"], self._loader.reading.expected
        rate = read / (now - self._started)
        left = max(0, expected - read) / rate if rate else 0
        title = self._loader.reading.dataset.title
        log.info("%s: %d of %d rows, %.0f rows/s, %.0f s left", title, read, expected, rate, left)


def _beyond(updated_at: str, row_id: str) -> str:
    row_id = row_id.replace("'", "''")
    return f"(:updated_at > '{updated_at}' OR (:updated_at = '{updated_at}' AND :id > '{row_id}'))"


def _copy(dataset_id: str, copy: Callable[[], None]) -> None:
    """Raise TemporaryError if Postgres cannot parse a page as CSV."""
    try:
        copy()
    except psycopg.DataError as error:
        raise TemporaryError(f"{dataset_id}: not CSV: {error.diag.message_primary}") from error


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
