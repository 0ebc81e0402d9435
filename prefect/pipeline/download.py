"""One dataset, page by page, from the portal into the staging tables; memory does not grow with its size."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg

from pipeline.catalog import Catalog
from pipeline.config import Settings
from pipeline.database import connect
from pipeline.errors import SourceError
from pipeline.plan import Reading, count
from pipeline.socrata import Portal, TemporaryError
from pipeline.staging import PageTaker, Staging

log = logging.getLogger(__name__)
COUNTED = (
    "rows",
    "read",
    "accepted",
    "refused",
    "elsewhere",
    "from_the_future",
    "bad_updates",
    "bad_coordinates",
)
ORDER = ":updated_at,:id"


@dataclass(frozen=True)
class Downloaded:
    """What came of one dataset. ``last_updated_at`` and ``last_row_id`` are the newest row that was read."""

    reading: Reading
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    newest: datetime | None = None
    last_row_id: str = ""
    pages: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Order:
    """All that a download needs, so that it can run in another thread or on another machine."""

    settings: Settings
    catalog: Catalog
    load_run_id: int
    reading: Reading
    now: datetime


def download(order: Order) -> Downloaded:
    """Read one dataset into the staging tables. Raises SourceError when it cannot be had complete."""
    if not order.reading.is_due:
        return Downloaded(order.reading)
    purpose = f"run {order.load_run_id} {order.reading.dataset.id}"
    with Portal(order.settings) as portal, connect(order.settings.database_loader_url, purpose) as connection:
        taker = PageTaker(connection, Staging(order.load_run_id), order.reading, order.catalog, order.now)
        taker.prepare()
        taker.staging.discard(connection, order.reading.dataset.id)
        result = _read_pages(portal, taker, order.settings.socrata_page_rows)
        _reconcile(portal, taker, result)
    return result


def _read_pages(portal: Portal, taker: PageTaker, page_rows: int) -> Downloaded:
    reading, result, where = taker.reading, Downloaded(taker.reading), taker.reading.where
    progress, started = Progress(reading), time.monotonic()
    while True:
        page = _read_page(portal, taker, where, page_rows, result.newest or reading.known_newest)
        result = replace(_added(result, page), seconds=time.monotonic() - started)
        progress.report(result)
        if page["rows"] < page_rows:
            return result
        where = _beyond(page["last_updated_at"], page["last_row_id"])


def _beyond(updated_at: str, row_id: str) -> str:
    row_id = row_id.replace("'", "''")
    return f"(:updated_at > '{updated_at}' OR (:updated_at = '{updated_at}' AND :id > '{row_id}'))"


def _added(result: Downloaded, page: dict[str, Any]) -> Downloaded:
    counts = {name: result.counts[name] + page[name] for name in COUNTED}
    newest = max((moment for moment in (result.newest, page["newest"]) if moment), default=None)
    last = page["last_row_id"] or result.last_row_id
    return replace(result, counts=counts, newest=newest, last_row_id=last, pages=result.pages + 1)


def _read_page(
    portal: Portal, taker: PageTaker, where: str | None, page_rows: int, newest: datetime | None
) -> dict[str, Any]:
    question = {"select": taker.select, "order": ORDER, "limit": page_rows} | (
        {"where": where} if where else {}
    )
    dataset_id = taker.reading.dataset.id

    def attempt() -> dict[str, Any]:
        with portal.page(dataset_id, **question) as pieces:
            _in_words(dataset_id, lambda: taker.copy(pieces))
        order = taker.order()
        if not order["is_ordered"]:
            raise TemporaryError(f"{dataset_id}: the portal did not keep the order that was asked for")
        return order

    order = portal.patience(f"{dataset_id} page", attempt)
    return order | taker.take(newest)


def _in_words(dataset_id: str, copy: Callable[[], None]) -> None:
    """A page that Postgres cannot read as the CSV that was asked for is the portal's fault."""
    try:
        copy()
    except psycopg.DataError as error:
        raise TemporaryError(
            f"{dataset_id}: not the CSV that was asked for: {error.diag.message_primary}"
        ) from error


def _reconcile(portal: Portal, taker: PageTaker, result: Downloaded) -> None:
    """Compare with the portal's own count; rows that it gained or moved meanwhile are allowed for."""
    reading = result.reading
    now = count(portal, reading.dataset, reading.where)
    promised, read = min(reading.expected, now), result.counts["read"]
    if read != promised:
        read = taker.staging.count_read(taker.connection, reading.dataset.id)
    if read < promised:
        raise SourceError(
            f"{reading.dataset.id}: the portal counts {promised} rows but served {read}; nothing was changed"
        )
    if read > max(reading.expected, now):
        log.warning("%s: the portal counts %d rows but served %d", reading.dataset.id, now, read)
    newest = reading.newest
    if newest and reading.expected and (result.newest is None or result.newest < newest):
        raise SourceError(f"{reading.dataset.id}: rows updated up to {newest} were announced, not served")


class Progress:
    """Tells rows, rate and time left, at most every few seconds."""

    interval = timedelta(seconds=5)

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._started = self._last = time.monotonic()

    def report(self, result: Downloaded) -> None:
        now = time.monotonic()
        if now - self._last < self.interval.total_seconds():
            return
        self._last = now
        read, expected = result.counts["read"], self._reading.expected
        rate = read / (now - self._started)
        left = max(0, expected - read) / rate if rate else 0
        title = self._reading.dataset.title
        log.info("%s: %d of %d rows, %.0f rows/s, %.0f s left", title, read, expected, rate, left)
