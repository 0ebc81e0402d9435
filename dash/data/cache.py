"""Answers kept in Redis for all workers. Without Redis everything works, only slower."""

from __future__ import annotations

import hashlib
import logging
import time

import redis
from psycopg.conninfo import conninfo_to_dict

log = logging.getLogger(__name__)

PREFIX = "reports"
KEPT_SECONDS = 26 * 3600
LARGEST_BYTES = 4_000_000
PAUSE_SECONDS = 5.0
"""After a failure Redis is left alone for so long: a dead one must not slow every answer."""


class Cache:
    """Bytes under a generation of the data and a question; each ends by itself after a little over a day.

    ``database_url`` says whose answers they are: several systems may share one Redis.
    """

    def __init__(self, url: str, database_url: str) -> None:
        self._redis = _client(url) if url else None
        self._system = system_of(database_url)
        self._rests_until = 0.0

    def get(self, generation: int, question: bytes) -> bytes | None:
        """The answer, or None when there is none or Redis is away."""
        if self._is_away():
            return None
        try:
            found: bytes | None = self._redis.get(self._key(generation, question))  # type: ignore[union-attr,assignment]
        except redis.RedisError as error:
            self._rest(error)
            return None
        return found

    def put(self, generation: int, question: bytes, answer: bytes) -> None:
        if self._is_away() or len(answer) > LARGEST_BYTES:
            return
        try:
            self._redis.set(self._key(generation, question), answer, ex=KEPT_SECONDS)  # type: ignore[union-attr]
        except redis.RedisError as error:
            self._rest(error)

    def _key(self, generation: int, question: bytes) -> str:
        return f"{PREFIX}:{self._system}:{generation}:{hashlib.sha256(question).hexdigest()}"

    def _is_away(self) -> bool:
        return self._redis is None or time.monotonic() < self._rests_until

    def _rest(self, error: redis.RedisError) -> None:
        log.warning("Redis does not answer, going on without it: %s", error)
        self._rests_until = time.monotonic() + PAUSE_SECONDS


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, health_check_interval=30, client_name="311-reports"
    )


def system_of(database_url: str) -> str:
    """A short name of the database at this address, whoever asks it."""
    parts = conninfo_to_dict(database_url)
    place = "/".join(str(parts.get(name, "")) for name in ("host", "port", "dbname"))
    return hashlib.sha256(place.encode()).hexdigest()[:12]
