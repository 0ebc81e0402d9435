"""Remembers where pages end, so that a page costs the same at any depth, and paging survives data changes.

Pages are numbered, but requests appear and disappear while a client reads them. The end of every page that
was sent, even of the last one, is kept in Redis across generations: the next page continues from there, and
each request is returned once. Without Redis, or an hour after the last use, pages are located by counting.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import orjson

from lacity_data_api.cache.redis_store import RedisStore
from lacity_data_api.open311 import repository
from lacity_data_api.open311.filters import RequestsFilter, where
from lacity_data_api.open311.params import Page
from lacity_data_api.open311.repository import Bounds
from lacity_data_api.requests.cursor import Cursor, parse
from lacity_data_api.state import State
from lacity_data_api.statements import Statement

# Counted from the last request for a page; the data changes once a day.
KEPT_SECONDS = 3_600


class Bookmarks:
    """The ends of the pages for one filter and page size."""

    def __init__(self, store: RedisStore, wanted: RequestsFilter, size: int) -> None:
        condition = where(wanted)
        identity = repr((condition.sql, sorted(condition.values.items()), size))
        digest = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
        self._store = store
        self._prefix = f"311:page:{store.database}:{digest}"

    async def read(self, page: Page) -> Bounds:
        """The ends of the previous page and of this one, as far as they are known."""
        keys = [f"{self._prefix}:{number}" for number in (page.number - 1, page.number)]
        return Bounds(*(_cursor(text) for text in await self._store.texts(keys)))

    async def write(self, page: Page, bounds: Bounds) -> None:
        marks = {page.number - 1: bounds.after, page.number: bounds.last}
        texts = {f"{self._prefix}:{number}": mark.text for number, mark in marks.items() if mark is not None}
        if texts:
            await self._store.put_texts(texts, KEPT_SECONDS)


def _cursor(text: str | None) -> Cursor | None:
    return parse(text) if text else None


async def find_bounds(state: State, wanted: RequestsFilter, page: Page) -> Bounds | None:
    """The bounds of a page; None if it is past the end."""
    bookmarks = Bookmarks(state.store, wanted, page.size)
    bounds = await bookmarks.read(page)
    if page.number > 1 and bounds.after is None:
        found = await _count_to(state, wanted, page)
        if found is None:
            return None
        bounds = found
    elif bounds.last is None:
        _, last = await _ends(state, repository.ends_after(wanted, bounds.after, page.size))
        bounds = bounds._replace(last=last)
    await bookmarks.write(page, bounds)
    return bounds


async def _ends(state: State, statement: Statement) -> tuple[Cursor | None, Cursor | None]:
    (row,) = await state.database.rows(statement)
    return _cursor(row.first), _cursor(row.last)


async def _count_to(state: State, wanted: RequestsFilter, page: Page) -> Bounds | None:
    """Locate a page by the counts per day, so that only rows of one day are skipped."""
    skip = (page.number - 1) * page.size - 1  # the last row of the previous page
    for day, rows in await _days(state, wanted):
        if skip < rows:
            first, last = await _ends(state, repository.ends_from(wanted, day, skip, page.size + 1))
            return Bounds(first, None if last == first else last) if first else None
        skip -= rows
    return None


async def _days(state: State, wanted: RequestsFilter) -> list[tuple[dt.date, int]]:
    catalog = await state.facts.catalog()
    keyed = await state.watcher.find(repository.days(wanted, catalog.narrowest(["created_date", "type_id"])))
    return [(dt.date.fromisoformat(day), rows) for day, rows in orjson.loads(keyed.response.body)]
