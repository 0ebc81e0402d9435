"""Where reports get their tables: from the cache of the current generation, else from Postgres."""

from __future__ import annotations

import threading
import time
from typing import Any

import orjson

from config import Settings
from data.cache import Cache
from data.database import Database, Query
from data.errors import AwayError, DataError
from data.facts import FACTS, Facts
from data.table import Table

FRESH_SECONDS = 2.0
"""How long a worker goes on with the generation that it saw last."""
LOCKS = 64


class Source:
    """One worker's way to the data; safe for its threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings)
        self._cache = Cache(settings.redis_url.get_secret_value(), settings.asked_url)
        self._known: Facts | DataError = AwayError()
        self._known_until = 0.0
        self._asking = threading.Lock()
        self._one_at_a_time = tuple(threading.Lock() for _ in range(LOCKS))

    def facts(self) -> Facts:
        """How new the data are, at most two seconds old; when Postgres is away, the last known.

        While one thread asks, others go on with what is known. Raises DataError when nothing is known yet.
        """
        is_known = isinstance(self._known, Facts)
        if self._is_due() and self._asking.acquire(blocking=not is_known):
            try:
                if self._is_due():
                    self._renew()
            finally:
                self._asking.release()
        if isinstance(self._known, DataError):
            raise type(self._known)
        return self._known

    def catch_up(self, version: str | None) -> None:
        """Look again now if an open page, through another worker, has seen what this one has not."""
        if not self.facts().is_behind(version):
            return
        with self._asking:
            if isinstance(self._known, Facts) and self._known.is_behind(version):
                self._renew()

    def _renew(self) -> None:
        self._known = self._ask_facts()
        self._known_until = time.monotonic() + FRESH_SECONDS

    def _is_due(self) -> bool:
        return time.monotonic() >= self._known_until

    def _ask_facts(self) -> Facts | DataError:
        try:
            _, table = self._database.read(FACTS, {})
        except DataError as error:
            return self._known.while_away() if isinstance(self._known, Facts) else error
        return Facts.of(Table.from_json(table.to_json()).one(), self._settings.reports_stale_hours)

    def table(self, query: Query, **parameters: Any) -> Table:
        """What the query finds in the current generation of the data; raises DataError.

        Threads of this worker that ask the same at the same time run one query; one alone finds out whether
        Postgres is back, and the others do not wait for it.
        """
        question = _question(query, parameters)
        facts = self.facts()
        found = self._cache.get(facts.generation, question)
        if found is not None:
            return Table.from_json(found)
        if facts.is_away:
            raise AwayError
        with self._one_at_a_time[hash(question) % LOCKS]:
            found = self._cache.get(facts.generation, question) or self._read(query, parameters, question)
        return Table.from_json(found)

    def fresh(self, query: Query, **parameters: Any) -> Table:
        """What the query finds now, past the cache; raises DataError."""
        if self.facts().is_away:
            raise AwayError
        return Table.from_json(self._database.read(query, parameters)[1].to_json())

    def _read(self, query: Query, parameters: dict[str, Any], question: bytes) -> bytes:
        generation, table = self._database.read(query, parameters)
        answer = table.to_json()
        self._cache.put(generation, question, answer)
        return answer

    def close(self) -> None:
        self._database.close()


def _question(query: Query, parameters: dict[str, Any]) -> bytes:
    return query.as_string(None).encode() + orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS)
