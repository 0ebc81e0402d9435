"""A source that remembers what it was asked, so that the same can be asked of Postgres and Redis alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import redis

from config import Settings
from data.database import Query
from data.source import Source
from data.table import Table


class RecordingSource(Source):
    """The real source; ``asked`` holds every question, in order."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.asked: list[tuple[Query, dict[str, Any]]] = []

    def table(self, query: Query, **parameters: Any) -> Table:
        self.asked.append((query, parameters))
        return super().table(query, **parameters)


def without_cache(settings: Settings) -> Settings:
    """The same settings without Redis: every answer comes from Postgres."""
    return settings.model_copy(update={"redis_url": type(settings.redis_url)("")})


def bare_sql(settings: Settings, asked: list[tuple[Query, dict[str, Any]]]) -> Callable[[], None]:
    """Asks Postgres the same questions over one connection, and makes nothing of the rows."""
    connection = psycopg.connect(settings.asked_url, options="-c jit=off -c work_mem=64MB")
    connection.prepare_threshold = None

    def ask() -> None:
        for query, parameters in asked:
            connection.execute(query, parameters).fetchall()
        connection.rollback()

    return ask


def bare_redis(settings: Settings) -> Callable[[], None]:
    """Fetches every answer that the reports keep, and makes nothing of it."""
    client = redis.Redis.from_url(settings.redis_url.get_secret_value())
    keys = list(client.scan_iter(match="reports:*"))

    def fetch() -> None:
        for key in keys:
            client.get(key)

    return fetch
