"""The lower bound of a tile's response time: its SQL, executed without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extras import NamedTupleCursor
from sqlalchemy import create_engine, text

from benchmarks.measure import OPTIONS
from lacity_data_api.city import repository as city
from lacity_data_api.city.facts import RollupCatalog
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.statements import Statement
from lacity_data_api.tiles import repository
from lacity_data_api.tiles.grid import Tile


class _Reader:
    """Executes the statements of the city's repository on a separate connection."""

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg2.connect(dsn, cursor_factory=NamedTupleCursor)

    async def rows(self, statement: Statement) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement.sql)
            found: list[Any] = cursor.fetchall()
        return found

    def close(self) -> None:
        self._connection.close()


def _catalog(dsn: str) -> RollupCatalog:
    reader = _Reader(dsn)
    try:
        return asyncio.run(city.read(reader)).catalog  # type: ignore[arg-type]
    finally:
        reader.close()


class BareTiles:
    """Executes a tile's statement with the API's Postgres settings and reads the bytes of the tile."""

    def __init__(self, connection: Any, catalog: RollupCatalog) -> None:
        self._connection, self._catalog = connection, catalog

    def read(self, z: int, x: int, y: int) -> int:
        """Read the tile and return its size in bytes."""
        query = repository.tile(RequestFilter(), Tile(z, x, y), self._catalog)
        return len(self._connection.execute(text(query.sql), **query.values).scalar() or b"")


@contextmanager
def bare_tiles(dsn: str) -> Iterator[BareTiles]:
    """Tiles directly from Postgres, without a server."""
    engine = create_engine(dsn, connect_args={"options": OPTIONS})
    try:
        with engine.connect() as connection:
            yield BareTiles(connection, _catalog(dsn))
    finally:
        engine.dispose()
