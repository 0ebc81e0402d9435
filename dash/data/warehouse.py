"""Data access of the reports: from the cache of the current generation, otherwise from Postgres."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from pandas import DataFrame

from config import Settings
from data import frames
from data.cache import Cache
from data.database import Database, Query
from data.errors import DataError, UnavailableError
from data.facts import FACTS, Facts

FRESH_SECONDS = 2.0
"""How long a worker relies on the generation that it read last."""
CATCH_UP_SECONDS = 0.25
"""Minimum time between two refreshes requested by pages."""
LOCKS = 64


class Warehouse:
    """A worker's access to the data; thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings)
        self._cache = Cache(settings.redis_url.get_secret_value(), settings.query_url)
        self._known: Facts | DataError = UnavailableError()
        self._known_until = 0.0
        self._refreshed_at = 0.0
        self._refreshing = threading.Lock()
        self._query_locks = tuple(threading.Lock() for _ in range(LOCKS))
        self.is_cached_only = False

    def cached_only(self) -> Warehouse:
        """A view of cached results; other queries raise UnavailableError, unless they are never cached."""
        view = copy.copy(self)
        view.is_cached_only = True
        return view

    def facts(self) -> Facts:
        """The facts about the data, at most two seconds old; the last known ones while Postgres is down.

        While one thread refreshes them, the others use the previous ones. Raises DataError if none are known.
        """
        is_known = isinstance(self._known, Facts)
        if self._is_due() and self._refreshing.acquire(blocking=not is_known):
            try:
                if self._is_due():
                    self._refresh()
            finally:
                self._refreshing.release()
        if isinstance(self._known, DataError):
            raise type(self._known)
        return self._known

    def catch_up(self, version: str | None) -> None:
        """Refresh if an open page, served by another worker, has seen newer data.

        Clients may send made-up versions, so waiting threads share one refresh, and the next one is delayed.
        """
        if not self.facts().is_behind(version):
            return
        since = time.monotonic()
        with self._refreshing:
            if self._refreshed_at < since:
                time.sleep(max(0.0, self._refreshed_at + CATCH_UP_SECONDS - time.monotonic()))
                self._refresh()

    def _refresh(self) -> None:
        self._refreshed_at = time.monotonic()
        self._known = self._read_facts()
        self._known_until = time.monotonic() + FRESH_SECONDS

    def _is_due(self) -> bool:
        return time.monotonic() >= self._known_until

    def _read_facts(self) -> Facts | DataError:
        try:
            row = self._database.row(FACTS)
        except DataError as error:
            return self._known.marked_unavailable() if isinstance(self._known, Facts) else error
        return Facts.of(row, self._settings.reports_stale_hours)

    def frame(self, query: Query, **parameters: Any) -> DataFrame:
        """The rows of a query in the current generation of the data; raises DataError.

        Concurrent calls for the same query in this worker share one execution (single-flight). While Postgres
        is down only cached frames are returned.
        """
        facts = self.facts()
        key = _key(query, parameters, facts.schema)
        found = self._cache.get(facts.generation, key)
        if found is None and (facts.is_away or self.is_cached_only):
            raise UnavailableError
        if found is None:
            with self._query_locks[hash(key) % LOCKS]:
                found = self._cache.get(facts.generation, key) or self._read(query, parameters, key)
        return frames.decode(found)

    def uncached(self, query: Query, **parameters: Any) -> DataFrame:
        """The current rows of a short query, bypassing the cache; raises DataError."""
        if self.facts().is_away:
            raise UnavailableError
        return frames.decode(self._database.read(query, parameters)[1])

    def copied(self, query: Query, parameters: Mapping[str, Any]) -> Iterator[bytes]:
        """All rows of a query as lines of CSV with a header, bypassing the cache; raises DataError."""
        return self._database.copied(query, parameters)

    def fetched(self, query: Query, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """All rows of a query as values, bypassing the cache; raises DataError."""
        return self._database.fetched(query, parameters)

    def _read(self, query: Query, parameters: dict[str, Any], key: bytes) -> bytes:
        generation, body = self._database.read(query, parameters)
        self._cache.put(generation, key, body)
        return body

    def close(self) -> None:
        self._database.close()


def _key(query: Query, parameters: dict[str, Any], schema: str) -> bytes:
    """A cache key is derived from schema, statement and bound values; the cache adds the generation."""
    values = orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS)
    return schema.encode() + query.as_string(None).encode() + values
