"""The database behind one worker: a Gino engine with limits, and answers read in one snapshot."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import gino
from sqlalchemy.dialects import registry
from sqlalchemy.engine.url import URL, make_url

from lacity_data_api.config import Settings
from lacity_data_api.errors import BusyError, UnavailableError, of_database
from lacity_data_api.queries import Query, in_one_snapshot

# Gino names its dialect in an entry point of an old format, which current setuptools do not write.
registry.register("postgresql.asyncpg", "gino.dialects.asyncpg", "AsyncpgDialect")

log = logging.getLogger(__name__)

APPLICATION_NAME = "311-api"
STREAMED_AT_ONCE = 1_000


class Found(NamedTuple):
    """What a query found, and the generation of the data that it saw."""

    generation: int
    body: bytes | None
    next_cursor: str | None


def _tls(url: URL) -> ssl.SSLContext | str | None:
    """What libpq calls ``sslmode``, which gino does not pass on; ``verify-full`` against ``sslrootcert``."""
    mode: str | None = url.query.get("sslmode")
    if mode == "verify-full":
        return ssl.create_default_context(cafile=url.query.get("sslrootcert"))
    return mode


async def _release(connection: Any) -> None:
    """Give a connection back; one that the database just ended is dropped, whatever it answered before."""
    try:
        await connection.release()
    except Exception as error:
        if of_database(error) is None:
            raise
        log.info("A connection was lost while it was given back: %s", type(error).__name__)


class Database:
    """A pool that connects when it is first needed, so that the API starts, and heals, without Postgres."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: Any = None
        # A stream holds its connection as long as its reader likes; half of the pool stays for quick answers.
        self._streams_left = max(1, settings.api_pool_size // 2)

    async def open(self) -> None:
        """Make the pool; nothing connects yet."""
        settings = self._settings
        url = make_url(settings.asked_url)
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
                # Compiling a query takes longer than any of ours runs; a month of requests sorts in 32 MB.
                "jit": "off",
                # A plan for any day and any type fits neither a rare type nor a whole year.
                "plan_cache_mode": "force_custom_plan",
                "work_mem": "64MB",
            },
        )

    async def close(self) -> None:
        """Let queries end for a moment, then cut them off."""
        pool = self._engine.raw_pool
        try:
            await asyncio.wait_for(pool.close(), 5)
        except TimeoutError:
            pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A Gino connection; ApiError when none can be had or it fails underway."""
        try:
            connection = await self._engine.acquire(timeout=self._settings.api_pool_wait_seconds)
        except TimeoutError as error:
            raise (BusyError() if self._is_exhausted() else UnavailableError()) from error
        except Exception as error:
            raise of_database(error) or error from error
        try:
            yield connection
        except Exception as error:
            raise of_database(error) or error from error
        finally:
            await _release(connection)

    def _is_exhausted(self) -> bool:
        pool = self._engine.raw_pool
        return bool(pool.get_size() - pool.get_idle_size() >= pool.get_max_size())

    def pool_use(self) -> tuple[int, int, int]:
        """Connections in use, open, and allowed."""
        pool = self._engine.raw_pool
        return pool.get_size() - pool.get_idle_size(), pool.get_size(), pool.get_max_size()

    @asynccontextmanager
    async def stream_connection(self) -> AsyncIterator[Any]:
        """A connection for one long answer; BusyError at once when too many are under way."""
        if not self._streams_left:
            raise BusyError
        self._streams_left -= 1
        try:
            async with self.connection() as connection:
                yield connection
        finally:
            self._streams_left += 1

    async def stream(self, clause: Any) -> AsyncGenerator[list[Any], None]:
        """The rows of one statement, in batches, all of one snapshot; one batch is in memory at a time."""
        sql, values = self._engine.compile(clause)
        async with self.stream_connection() as connection:
            raw = connection.raw_connection
            async with raw.transaction(readonly=True):
                cursor = await raw.cursor(sql, *values)
                while rows := await cursor.fetch(STREAMED_AT_ONCE):
                    yield rows

    async def copy(self, clause: Any, hold: str) -> AsyncGenerator[bytes, None]:
        """The rows of one statement as CSV with a header line, as they come; nothing is collected.

        ``hold`` locks what it reads. COPY sees the data of the moment before it waits for a table: if a full
        load is just swapping that table, nothing.
        """
        sql, values = self._engine.compile(clause)
        parts: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(1)

        async def read() -> None:
            try:
                async with self.stream_connection() as connection:
                    await self._copy(connection.raw_connection, hold, sql, values, parts.put)
            except Exception as error:  # noqa: BLE001  raised where the parts are read
                await parts.put(error)
            else:
                await parts.put(None)

        reading = asyncio.ensure_future(read())
        try:
            while (part := await parts.get()) is not None:
                if isinstance(part, Exception):
                    raise part
                yield part
        finally:
            reading.cancel()
            await asyncio.wait([reading])

    async def _copy(self, raw: Any, hold: str, sql: str, values: Any, output: Any) -> None:
        """Within the time that a whole export may take; the connection of one cut off is not used again."""
        seconds = self._settings.api_export_seconds
        try:
            await raw.fetchval("SELECT set_config('statement_timeout', $1, false)", str(int(seconds * 1000)))
            transaction = raw.transaction(readonly=True)
            await transaction.start()
            await raw.execute(hold, timeout=seconds)
            await raw.copy_from_query(sql, *values, output=output, format="csv", header=True, timeout=seconds)
            await transaction.commit()
        except BaseException:
            raw.terminate()
            raise

    async def find(self, query: Query) -> Found:
        """Run a query that makes a body, together with the generation in the same snapshot."""
        async with self.connection() as connection:
            row = await connection.first(in_one_snapshot(query))
        return Found(row.generation, row.body, row.next_cursor)

    async def rows(self, clause: Any) -> list[Any]:
        async with self.connection() as connection:
            return list(await connection.all(clause))

    async def scalar(self, clause: Any) -> Any:
        async with self.connection() as connection:
            return await connection.scalar(clause)
