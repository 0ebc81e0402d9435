"""Query results in Redis, shared by all workers. Without Redis everything works, only slower."""

from __future__ import annotations

import hashlib
import logging
import time

import redis
from psycopg.conninfo import conninfo_to_dict

log = logging.getLogger(__name__)

PREFIX = "reports"
KEPT_SECONDS = 26 * 3600
MAX_BYTES = 4_000_000
PAUSE_SECONDS = 5.0
"""Time after a failure before Redis is tried again: an unreachable Redis must not slow down every query."""


class Cache:
    """Bytes by data generation and query; each entry expires after a little over a day.

    ``database_url`` is part of the key: several systems may share one Redis.
    """

    def __init__(self, url: str, database_url: str) -> None:
        self._redis = _client(url) if url else None
        self._system = system_of(database_url)
        self._paused_until = 0.0

    def get(self, generation: int, query: bytes) -> bytes | None:
        """The cached body; None when there is none or Redis is unreachable."""
        if self._is_away():
            return None
        try:
            found: bytes | None = self._redis.get(self._key(generation, query))  # type: ignore[union-attr,assignment]
        except redis.RedisError as error:
            self._pause(error)
            return None
        return found

    def put(self, generation: int, query: bytes, body: bytes) -> None:
        if self._is_away() or len(body) > MAX_BYTES:
            return
        try:
            self._redis.set(self._key(generation, query), body, ex=KEPT_SECONDS)  # type: ignore[union-attr]
        except redis.RedisError as error:
            self._pause(error)

    def _key(self, generation: int, query: bytes) -> str:
        return f"{PREFIX}:{self._system}:{generation}:{hashlib.sha256(query).hexdigest()}"

    def _is_away(self) -> bool:
        return self._redis is None or time.monotonic() < self._paused_until

    def _pause(self, error: redis.RedisError) -> None:
        log.warning("Redis is not responding, continuing without it: %s", error)
        self._paused_until = time.monotonic() + PAUSE_SECONDS


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, health_check_interval=30, client_name="311-reports"
    )


def system_of(database_url: str) -> str:
    """A short digest of the database's address, the same for every user."""
    parts = conninfo_to_dict(database_url)
    place = "/".join(str(parts.get(name, "")) for name in ("host", "port", "dbname"))
    return hashlib.sha256(place.encode()).hexdigest()[:12]
