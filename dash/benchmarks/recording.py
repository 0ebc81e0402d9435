"""A warehouse that records its queries, so that they can be measured on Postgres and Redis alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import redis
from pandas import DataFrame

from config import Settings
from data.database import Query
from data.warehouse import Warehouse


class RecordingWarehouse(Warehouse):
    """The real warehouse; ``queries`` holds every query, in order."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.queries: list[tuple[Query, dict[str, Any]]] = []

    def frame(self, query: Query, **parameters: Any) -> DataFrame:
        self.queries.append((query, parameters))
        return super().frame(query, **parameters)


def without_cache(settings: Settings) -> Settings:
    """The same settings without Redis: every query goes to Postgres."""
    return settings.model_copy(update={"redis_url": type(settings.redis_url)("")})


def bare_sql(settings: Settings, queries: list[tuple[Query, dict[str, Any]]]) -> Callable[[], None]:
    """A function that runs the same queries over one connection and discards the rows."""
    connection = psycopg.connect(settings.query_url, options="-c jit=off -c work_mem=64MB")
    connection.prepare_threshold = None

    def run() -> None:
        for query, parameters in queries:
            connection.execute(query, parameters).fetchall()
        connection.rollback()

    return run


def bare_redis(settings: Settings) -> Callable[[], None]:
    """A function that fetches every cached query result and discards it."""
    client = redis.Redis.from_url(settings.redis_url.get_secret_value())
    keys = list(client.scan_iter(match="reports:*"))

    def fetch() -> None:
        for key in keys:
            client.get(key)

    return fetch
