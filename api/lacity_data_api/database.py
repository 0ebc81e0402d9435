"""A worker's pool of database connections: queries in one snapshot, streams and CSV copies."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import gino
from sqlalchemy import bindparam, text
from sqlalchemy.dialects import registry
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.sql.expression import ClauseElement

from lacity_data_api.config import Settings
from lacity_data_api.correlation import REQUEST_ID
from lacity_data_api.errors import UNREACHABLE, BusyError, UnavailableError, from_database
from lacity_data_api.statements import Query, Statement

# Gino registers its dialect through a legacy entry point, which current setuptools no longer write.
registry.register("postgresql.asyncpg", "gino.dialects.asyncpg", "AsyncpgDialect")

log = logging.getLogger(__name__)

APPLICATION_NAME = "311-api"
STREAM_BATCH_ROWS = 1_000
SMALL_PART_BYTES = 65_536
# In this time Postgres sends about 150 kB of an export.
GATHER_SECONDS = 0.003
# Applies only to the transaction, so that the pool's other queries keep their limit.
LIMIT_TRANSACTION = "SELECT set_config('statement_timeout', $1, true)"


QUERY_SETTINGS = {
    # JIT compilation takes longer than any of our queries; sorting a month of requests takes 64 MB.
    "jit": "off",
    "work_mem": "64MB",
    # Parallel workers take 10 ms to start, so only queries over much of the table benefit.
    "parallel_setup_cost": "20000",
    # A generic plan for any day and type suits neither a rare type nor a whole year.
    "plan_cache_mode": "force_custom_plan",
}
"""Session settings for planning and running our queries."""


class QueryResult(NamedTuple):
    """The body of a response, and the generation of the data that the query saw."""

    generation: int
    body: bytes | None
    next_cursor: str | None
    later_cursor: str | None


def _tls(url: URL) -> ssl.SSLContext | str | None:
    """Libpq's ``sslmode``, which Gino does not pass on; ``verify-full`` checks against ``sslrootcert``."""
    mode: str | None = url.query.get("sslmode")
    if mode == "verify-full":
        return ssl.create_default_context(cafile=url.query.get("sslrootcert"))
    return mode


def in_large_parts(output: Callable[[bytes], Awaitable[None]]) -> Callable[[bytes], Awaitable[None]]:
    """Passes on parts of COPY, and waits after a small one, so that the next one is larger.

    Postgres sends 8 kB at a time. Receiving each separately takes six times the CPU time of large parts, and
    costs Postgres a tenth more.
    """

    async def pass_on(part: bytes) -> None:
        await output(part)
        if len(part) < SMALL_PART_BYTES:
            await asyncio.sleep(GATHER_SECONDS)

    return pass_on


def _bind(sql: str, values: Mapping[str, Any]) -> ClauseElement:
    return text(sql).bindparams(*(bindparam(name, value) for name, value in values.items()))


async def _release(connection: Any) -> None:
    """Return a connection to the pool; one that was lost in the meantime is dropped."""
    try:
        await connection.release()
    except Exception as error:
        if from_database(error) is None:
            raise
        log.info("A connection was lost before its release: %s", type(error).__name__)


async def _name(connection: Any) -> None:
    """Show the id of the request in ``pg_stat_activity`` and in the server's log."""
    name = f"{APPLICATION_NAME} {REQUEST_ID.get()}".rstrip()
    await connection.raw_connection.fetchval("SELECT set_config('application_name', $1, false)", name)


class Database:
    """Connects on first use, so that the API can start while Postgres is down, and recover."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: Any = None
        # A stream holds its connection for as long as its client reads; half of the pool is kept for queries.
        self._free_streams = max(1, settings.api_pool_size // 2)

    async def open(self) -> None:
        """Create the pool; no connection is opened yet."""
        settings = self._settings
        url = make_url(settings.query_url)
        self._engine = await gino.create_engine(
            url,
            loop=asyncio.get_running_loop(),
            min_size=0,
            max_size=settings.api_pool_size,
            timeout=3,
            command_timeout=settings.api_query_seconds + 2,
            max_inactive_connection_lifetime=300,
            ssl=_tls(url),
            server_settings={
                "application_name": APPLICATION_NAME,
                "statement_timeout": str(int(settings.api_query_seconds * 1000)),
                "idle_in_transaction_session_timeout": "60000",
                "default_transaction_read_only": "on",
                # The server releases the resources of a vanished client within a minute.
                "tcp_keepalives_idle": "20",
                "tcp_keepalives_interval": "10",
                "tcp_keepalives_count": "3",
                "tcp_user_timeout": "50000",
                **QUERY_SETTINGS,
            },
        )

    async def close(self) -> None:
        """Give running queries 5 seconds to finish, then cancel them."""
        pool = self._engine.raw_pool
        try:
            await asyncio.wait_for(pool.close(), 5)
        except TimeoutError:
            pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A Gino connection; ApiError if none is available or it fails."""
        try:
            connection = await self._engine.acquire(timeout=self._settings.api_pool_wait_seconds)
        except TimeoutError as error:
            raise (BusyError() if self._is_exhausted() else UnavailableError()) from error
        except Exception as error:
            raise from_database(error) or error from error
        try:
            await _name(connection)
            yield connection
        except Exception as error:
            raise from_database(error) or error from error
        finally:
            await _release(connection)

    def _is_exhausted(self) -> bool:
        in_use, _, allowed = self.pool_use()
        return in_use >= allowed

    def pool_use(self) -> tuple[int, int, int]:
        """Connections in use, open, and allowed."""
        pool = self._engine.raw_pool
        return pool.get_size() - pool.get_idle_size(), pool.get_size(), pool.get_max_size()

    @asynccontextmanager
    async def stream_connection(self) -> AsyncIterator[Any]:
        """A connection for one long response; raises BusyError immediately if too many are in progress."""
        if not self._free_streams:
            raise BusyError
        self._free_streams -= 1
        try:
            async with self.connection() as connection:
                yield connection
        finally:
            self._free_streams += 1

    async def query(self, query: Query) -> QueryResult:
        """The body of a response, and the generation from the same snapshot."""
        async with self.connection() as connection:
            row = await connection.first(_bind(query.snapshot_sql, query.values))
        return QueryResult(row.generation, row.body, row.next_cursor, row.later_cursor)

    async def rows(self, statement: Statement) -> list[Any]:
        """All rows of a small result."""
        async with self.connection() as connection:
            return list(await connection.all(_bind(statement.sql, statement.values)))

    async def scalar(self, statement: Statement) -> Any:
        """The first column of the first row; None if there are no rows."""
        async with self.connection() as connection:
            return await connection.scalar(_bind(statement.sql, statement.values))

    async def stream(self, statement: Statement, lock: str = "") -> AsyncGenerator[list[Any], None]:
        """The rows of one snapshot in batches; one batch is in memory at a time.

        ``lock`` is executed first; with it, every batch has the time limit of an export.
        """
        sql, values = self._engine.compile(_bind(statement.sql, statement.values))
        async with self.stream_connection() as connection:
            raw = connection.raw_connection
            seconds = self._settings.api_export_seconds if lock else None
            async with raw.transaction(readonly=True):
                if lock:
                    await raw.fetchval(LIMIT_TRANSACTION, str(int(self._settings.api_export_seconds * 1000)))
                    await raw.execute(lock, timeout=seconds)
                cursor = await raw.cursor(sql, *values, timeout=seconds)
                while rows := await cursor.fetch(STREAM_BATCH_ROWS, timeout=seconds):
                    yield rows

    async def copy(self, statement: Statement, lock: str, output: Callable[[bytes], Awaitable[None]]) -> None:
        """Pass on the rows as CSV with a header line, as they arrive.

        ``lock`` is executed first. COPY takes its snapshot before it waits for a table: without the lock it
        would see an empty table if a full load swaps it at that moment.
        """
        sql, values = self._engine.compile(_bind(statement.sql, statement.values))
        async with self.stream_connection() as connection:
            await self._copy(connection.raw_connection, lock, sql, values, output)

    async def _copy(self, raw: Any, lock: str, sql: str, values: Any, output: Any) -> None:
        """Runs within the time limit of an export; an interrupted connection is not reused."""
        seconds = self._settings.api_export_seconds
        try:
            await raw.fetchval("SELECT set_config('statement_timeout', $1, false)", str(int(seconds * 1000)))
            transaction = raw.transaction(readonly=True)
            await transaction.start()
            await raw.execute(lock, timeout=seconds)
            large = in_large_parts(output)
            await raw.copy_from_query(sql, *values, output=large, format="csv", header=True, timeout=seconds)
            await transaction.commit()
        except BaseException:
            # After a server crash the connection is no longer in the pool.
            with suppress(*UNREACHABLE):
                raw.terminate()
            raise
