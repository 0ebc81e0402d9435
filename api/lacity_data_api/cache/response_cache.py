"""Responses to queries: from memory, Redis, or one database query shared by all concurrent clients."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import NamedTuple

from lacity_data_api.cache.cached_response import MIN_COMPRESSED_BYTES, CachedResponse
from lacity_data_api.cache.failures import Failures
from lacity_data_api.cache.large_bodies import LARGE_BODIES
from lacity_data_api.cache.memory import Memory
from lacity_data_api.cache.negotiation import ENCODINGS
from lacity_data_api.cache.redis_store import RedisStore
from lacity_data_api.cache.single_flight import SingleFlight
from lacity_data_api.config import Settings
from lacity_data_api.database import Database, QueryResult
from lacity_data_api.errors import ApiError, GoneError, NotFoundError
from lacity_data_api.metrics import BY_KEY, FROM_DATABASE, FROM_REDIS
from lacity_data_api.release import newest_schema, release_of
from lacity_data_api.statements import Form, Query, Statement

GENERATION = Statement("SELECT generation FROM data_generation")
SCHEMA = Statement("SELECT version_num FROM alembic_version")
# Cached responses must not wait for a database that hangs.
SCHEMA_SECONDS = 1.0
LOCK_WAIT_SECONDS = 10.0
# Smaller bodies are rendered and compressed in the event loop: handing them to a thread would take longer.
MIN_IN_THREAD_BYTES = 65_536


class Keyed(NamedTuple):
    key: str
    response: CachedResponse


class ResponseCache:
    """Finds or makes responses; the watcher decides which generation is served."""

    def __init__(self, settings: Settings, database: Database, store: RedisStore) -> None:
        self.database = database
        self.store = store
        self.memory = Memory(settings.cache_memory_mb * 2**20)
        self.failures = Failures()
        self._release = release_of(settings)
        # The schema of this release, until that of the database has been read.
        self._schema = newest_schema()
        self._queries: SingleFlight[CachedResponse] = SingleFlight()
        self._compressions: SingleFlight[None] = SingleFlight()

    async def close(self) -> None:
        """Cancel all work."""
        await self._queries.close()
        await self._compressions.close()

    def key(self, query: Query, generation: int) -> str:
        return query.key(generation, self.store.database, f"{self._release}-{self._schema}")

    async def read_schema(self) -> None:
        """Look up the revision of the schema, which is part of all keys; the last known one if that fails."""
        with suppress(ApiError, TimeoutError):
            async with asyncio.timeout(SCHEMA_SECONDS):
                self._schema = str(await self.database.scalar(SCHEMA))

    async def newest_generation(self) -> int:
        """The generation in the database. Raises ApiError if the database is unreachable."""
        return int(await self.database.scalar(GENERATION))

    async def find(self, query: Query, generation: int, accept_encoding: bytes) -> CachedResponse:
        """The response of this generation, or of a newer one that the database has by now."""
        key = self.key(query, generation)
        response = self.memory.get(key)
        if response is not None:
            BY_KEY.inc()
            return response
        self.failures.check(key)
        return await self._queries.join(key, lambda: self._fetch(query, key, accept_encoding))

    async def _fetch(self, query: Query, key: str, accept_encoding: bytes) -> CachedResponse:
        if not query.is_shared:
            return await self.compute(query)
        if response := await self.store.get(key):
            FROM_REDIS.inc()
            return response
        try:
            return await self._make(query, key, accept_encoding)
        except ApiError as error:
            self.failures.add(key, error)
            raise

    async def _make(self, query: Query, key: str, accept_encoding: bytes) -> CachedResponse:
        LARGE_BODIES.check()
        async with self.store.lock(key) as is_ours:
            # Another worker may have made the response since the first lookup.
            look_again = self.store.get if is_ours else self._made_by_another_worker
            if response := await look_again(key):
                FROM_REDIS.inc()
                return response
            response = await self.compute(query)
            await _encode(response, response.encoding_for(accept_encoding))
            response.compact()
            await self._share(query, response)
            return response

    async def _made_by_another_worker(self, key: str) -> CachedResponse | None:
        """Wait for the worker that holds the lock; None when it fails or takes too long."""
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + LOCK_WAIT_SECONDS, 0.005
        while loop.time() < deadline:
            await asyncio.sleep(pause)
            is_locked = await self.store.is_locked(key)
            if response := await self.store.get(key):
                return response
            if not is_locked:
                return None
            pause = min(pause * 1.5, 0.1)
        return None

    async def _share(self, query: Query, response: CachedResponse) -> None:
        await self.store.put(self.key(query, response.generation), response, query.ttl_seconds)

    async def prime(self, query: Query) -> CachedResponse:
        """Make a response and share it in all encodings, so that no client waits for compression."""
        response = await self.compute(query)
        if response.body_bytes >= MIN_COMPRESSED_BYTES:
            for encoding in ENCODINGS:
                await asyncio.to_thread(response.encode, encoding)
        await self._share(query, response)
        return response

    async def compute(self, query: Query) -> CachedResponse:
        """Query the database. Raises NotFoundError or GoneError if there is no body."""
        FROM_DATABASE.inc()
        result = await self.database.query(query)
        if result.body is None:
            raise (GoneError if query.is_gone_if_missing else NotFoundError)(query.missing)
        form = query.form
        body = await _written(form, result.body)
        return CachedResponse.of(
            body,
            result.generation,
            _link(query, result),
            form.media_type,
            is_immutable=form.is_immutable,
            is_negotiated=form.is_negotiated,
        )

    async def encode(self, keyed: Keyed, encoding: str) -> None:
        """Add an encoding in this process, once for all concurrent clients."""
        if keyed.response.has(encoding):
            return
        # A key may briefly have two responses, such as one from before a reset; each needs its own encodings.
        await self._compressions.join(
            f"{keyed.key}|{id(keyed.response)}|{encoding}", lambda: self._encode_in_memory(keyed, encoding)
        )

    async def _encode_in_memory(self, keyed: Keyed, encoding: str) -> None:
        await _encode(keyed.response, encoding)
        if self.memory.get(keyed.key) is keyed.response:
            self.memory.put(*keyed)


def _link(query: Query, result: QueryResult) -> str:
    if result.next_cursor:
        return f'<{query.next_page}{result.next_cursor}>; rel="next"'
    if result.later_cursor:
        return f'<{query.next_page}{result.later_cursor}>; rel="monitor"'
    return query.link


async def _written(form: Form, body: bytes) -> bytes:
    if form.write is None:
        return body
    if len(body) < MIN_IN_THREAD_BYTES:
        return form.write(body)
    return await asyncio.to_thread(form.write, body)


async def _encode(response: CachedResponse, encoding: str) -> None:
    if response.has(encoding):
        return
    if response.body_bytes < MIN_IN_THREAD_BYTES:
        response.encode(encoding)
    else:
        await asyncio.to_thread(response.encode, encoding)
