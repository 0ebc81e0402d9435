"""Where reports get their tables: from the cache of the current generation, else from Postgres."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import Any

import orjson
from psycopg.sql import SQL

from config import Settings
from data.cache import Cache
from data.database import Database, Query
from data.errors import DataError
from data.facts import FACTS, Facts
from data.table import Table

FRESH_SECONDS = 2.0
"""How long a worker goes on with the generation that it saw last."""


class Source:
    """One worker's way to the data; safe for its threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings)
        self._cache = Cache(settings.redis_url.get_secret_value())
        self._facts: Facts | None = None
        self._asked_at = 0.0
        self._asking = threading.Lock()
        self._one_at_a_time: defaultdict[bytes, threading.Lock] = defaultdict(threading.Lock)

    def facts(self) -> Facts:
        """How new the data are, at most two seconds old; when Postgres is away, the last known.

        Raises DataError when Postgres is away and nothing is known yet.
        """
        with self._asking:
            if time.monotonic() - self._asked_at > FRESH_SECONDS:
                self._facts = self._ask_facts()
                self._asked_at = time.monotonic()
            if self._facts is None:
                raise DataError
            return self._facts

    def _ask_facts(self) -> Facts:
        try:
            _, table = self._database.read(FACTS, {})
        except DataError:
            if self._facts is None:
                raise
            return self._facts.while_away()
        return Facts.of(Table.from_json(table.to_json()).one(), self._settings.reports_stale_hours)

    def table(self, query: Query, **parameters: Any) -> Table:
        """What the query finds in the current generation of the data; raises DataError.

        Threads of this worker that ask the same at the same time run one query.
        """
        question = _question(query, parameters)
        generation = self.facts().generation
        found = self._cache.get(generation, question)
        if found is not None:
            return Table.from_json(found)
        with self._one_at_a_time[question[-64:]]:
            found = self._cache.get(generation, question) or self._read(query, parameters, question)
        return Table.from_json(found)

    def fresh(self, query: Query, **parameters: Any) -> Table:
        """What the query finds now, past the cache; raises DataError."""
        return Table.from_json(self._database.read(query, parameters)[1].to_json())

    def _read(self, query: Query, parameters: dict[str, Any], question: bytes) -> bytes:
        generation, table = self._database.read(query, parameters)
        answer = table.to_json()
        self._cache.put(generation, question, answer)
        return answer

    def is_ready(self) -> bool:
        """Whether Postgres answers now."""
        try:
            self._database.read(SQL("SELECT 1"), {})
        except DataError:
            return False
        return True

    def close(self) -> None:
        self._database.close()


def _question(query: Query, parameters: dict[str, Any]) -> bytes:
    return query.as_string(None).encode() + orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS)
