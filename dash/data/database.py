"""A worker's connections to Postgres, as the read-only role."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, IsolationLevel
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed
from psycopg_pool import ConnectionPool

from config import Settings
from data import frames
from data.errors import DataError, NoTablesError, of_database
from logs import REQUEST_ID
from telemetry import QUERIES

log = logging.getLogger(__name__)

Query = SQL | Composed
APPLICATION_NAME = "311-reports"
CONNECT_SECONDS = 2
WAIT_SECONDS = 3.0
GENERATION = SQL("SELECT generation FROM data_generation")
# Files with all rows may take longer than figures.
LONG = SQL("SET LOCAL statement_timeout = '5min'")
ROWS_AT_ONCE = 2_000


def _of_one_generation(
    connection: Connection[Any], query: Query, parameters: Mapping[str, Any]
) -> tuple[int, bytes]:
    """Run the query until the generation is the same before and after.

    One snapshot for both would be simpler, and wrong: a query that waits for a full load to swap its table
    reads the new table, in which an older snapshot sees no rows.
    """
    before = _generation(connection)
    while True:
        cursor = connection.execute(query, parameters)
        columns = [(column.name, column.type_code) for column in cursor.description or ()]
        body = frames.encode(columns, cursor.fetchall())
        after = _generation(connection)
        if after == before:
            return after, body
        before = after


def _generation(connection: Connection[Any]) -> int:
    row = connection.execute(GENERATION).fetchone()
    return int(row[0]) if row else 0


def _name(connection: Connection[Any]) -> None:
    """Show the request of a query in ``pg_stat_activity`` and in the server's log."""
    name = f"{APPLICATION_NAME} {REQUEST_ID.get()}".rstrip()
    connection.execute("SELECT set_config('application_name', %s, false)", (name,))


class Database:
    """A pool that connects on first use, so that the server can start while Postgres is down, and recover."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._pool: ConnectionPool[Connection[Any]] | None = None
        self._process = 0

    def read(self, query: Query, parameters: Mapping[str, Any]) -> tuple[int, bytes]:
        """The encoded rows of a query and the single generation that they belong to; raises DataError."""
        with self._connection() as connection, QUERIES.time():
            return _of_one_generation(connection, query, parameters)

    def copied(self, query: Query, parameters: Mapping[str, Any]) -> Iterator[bytes]:
        """The rows of a query as CSV with a header, as Postgres sends them; raises DataError."""
        copy = SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(LONG)
            with cursor.copy(copy, parameters) as lines:
                for line in lines:
                    yield bytes(line)

    def fetched(self, query: Query, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, fetched in batches; raises DataError."""
        with self._connection() as connection, connection.cursor(name="rows") as cursor:
            connection.execute(LONG)
            cursor.itersize = ROWS_AT_ONCE
            yield from cursor.execute(query, parameters)

    def row(self, query: Query) -> dict[str, Any]:
        """The only row of a query; raises DataError."""
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(query).fetchone()
        if found is None:
            raise NoTablesError
        return found

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        try:
            with self._connections().connection() as connection:
                _name(connection)
                yield connection
        except DataError:
            raise
        except Exception as error:
            log.warning("Query failed: %s: %s", type(error).__name__, error)
            raise of_database(error) from error

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()

    def _connections(self) -> ConnectionPool[Connection[Any]]:
        # One pool per worker: sharing a connection from before the fork would mix up the responses.
        with self._opening:
            if self._pool is None or self._process != os.getpid():
                self._pool, self._process = _pool(self._settings), os.getpid()
            return self._pool


def _pool(settings: Settings) -> ConnectionPool[Connection[Any]]:
    options = {
        "statement_timeout": f"{settings.reports_query_seconds * 1000:.0f}",
        "idle_in_transaction_session_timeout": "60000",
        # JIT compilation would take longer than the queries themselves.
        "jit": "off",
        "work_mem": "64MB",
    }
    return ConnectionPool(
        settings.query_url,
        kwargs={
            "application_name": APPLICATION_NAME,
            "connect_timeout": CONNECT_SECONDS,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            # A generic plan would not take into account that most filters are absent.
            "prepare_threshold": None,
        },
        configure=_configure,
        check=ConnectionPool.check_connection,
        min_size=0,
        max_size=settings.reports_threads,
        timeout=WAIT_SECONDS,
        max_idle=300,
        # Give up quickly; the next request makes the next attempt.
        reconnect_timeout=1,
        open=True,
    )


def _configure(connection: Connection[Any]) -> None:
    connection.read_only = True
    connection.isolation_level = IsolationLevel.READ_COMMITTED
