"""Responses in Redis, shared by all workers. A Redis failure counts as a cache miss, never as an error."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any, TypeVar

from aiocache import RedisCache
from aiocache.serializers import BaseSerializer
from redis.asyncio import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.redis_retry import ReleasingRetry
from lacity_data_api.config import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

TIMEOUT_SECONDS = 2.0
MANY_TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 1.0
LOCK_MILLISECONDS = 20_000
IS_OURS = "if redis.call('get', KEYS[1]) == ARGV[1]"
RELEASE = f"{IS_OURS} then return redis.call('del', KEYS[1]) end return 0"
RENEW = f"{IS_OURS} then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
FAILURES = (RedisError, OSError, asyncio.TimeoutError)


class ResponseSerializer(BaseSerializer):  # type: ignore[misc]
    """Responses as bytes, never pickled: anyone who can write to Redis could then run code here."""

    DEFAULT_ENCODING = None

    def dumps(self, value: CachedResponse) -> bytes:
        return value.packed()

    def loads(self, value: bytes | None) -> CachedResponse | None:
        return CachedResponse.unpacked(value) if value else None


class RedisStore:
    """Access to Redis; after a failure nothing is sent to it for a second."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.pool = ConnectionPool.from_url(
            settings.redis_url.get_secret_value(),
            socket_connect_timeout=0.5,
            socket_timeout=TIMEOUT_SECONDS,
            health_check_interval=30,
            max_connections=200,
            retry=ReleasingRetry(NoBackoff(), 1),
        )
        self.redis: Redis = Redis(connection_pool=self.pool)
        self._responses = RedisCache(
            serializer=ResponseSerializer(),
            # attempt() enforces the time limit: aiocache would use a task that outlives a canceled request.
            timeout=None,
            connection_pool_class=lambda **_: self.pool,
        )
        self._paused_until = 0.0
        # Databases that share a Redis, such as those of the sample city and a real city, share no responses.
        location = settings.database_reader_url.get_secret_value().rpartition("@")[2].partition("?")[0]
        self.database = hashlib.blake2b(location.encode(), digest_size=4).hexdigest()

    async def close(self) -> None:
        await self.pool.disconnect()

    async def attempt(self, work: Callable[[], Awaitable[T]], default: T, seconds: float | None = None) -> T:
        """The result of ``work``; ``default`` if Redis is unreachable or it takes longer than ``seconds``."""
        if time.monotonic() < self._paused_until:
            return default
        try:
            async with asyncio.timeout(seconds):
                return await work()
        except FAILURES as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            log.warning("Redis failed and is not used for a second: %s", type(error).__name__)
            return default

    async def get(self, key: str) -> CachedResponse | None:
        return await self.attempt(lambda: self._responses.get(key), None, TIMEOUT_SECONDS)

    async def get_many(self, keys: Sequence[str]) -> list[CachedResponse | None]:
        """The responses under these keys; None for each missing one."""

        async def read() -> list[CachedResponse | None]:
            return list(await self._responses.multi_get(keys))

        return await self.attempt(read, [None] * len(keys), MANY_TIMEOUT_SECONDS)

    async def put(self, key: str, response: CachedResponse, ttl_seconds: int) -> None:
        await self.attempt(lambda: self._responses.set(key, response, ttl=ttl_seconds), None, TIMEOUT_SECONDS)

    async def texts(self, keys: Sequence[str]) -> list[str | None]:
        """The texts under these keys; None for each missing one."""

        async def read() -> list[Any]:
            return list(await self.redis.mget(keys))

        found: list[bytes | None] = await self.attempt(read, [None] * len(keys))
        return [None if text is None else text.decode() for text in found]

    async def put_texts(self, texts: Mapping[str, str], ttl_seconds: int) -> None:
        """Store the texts; they expire after this time."""

        async def write() -> None:
            async with self.redis.pipeline(transaction=False) as pipeline:
                for key, text in texts.items():
                    pipeline.set(key, text, ex=ttl_seconds)
                await pipeline.execute()

        await self.attempt(write, None)

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[bool]:
        """Yields whether this worker holds the lock for ``key``; true while Redis is unreachable.

        The lock is renewed until the end of the block, and expires soon if this worker dies.
        """
        token, name = token_hex(8), self._lock_name(key)

        async def take() -> bool:
            return bool(await self.redis.set(name, token, nx=True, px=LOCK_MILLISECONDS))

        # A cancellation may come after Redis has taken the lock and before it says so.
        is_ours, renewal = True, None
        try:
            is_ours = await self.attempt(take, default=True)
            renewal = asyncio.create_task(self._renew(name, token)) if is_ours else None
            yield is_ours
        finally:
            if renewal:
                renewal.cancel()
            if is_ours:
                await self.attempt(lambda: self._release(name, token), None)

    def _lock_name(self, key: str) -> str:
        return f"311:lock:{self.database}:{key}"

    async def _renew(self, name: str, token: str) -> None:
        while True:
            await asyncio.sleep(LOCK_MILLISECONDS / 3000)
            await self.attempt(lambda: self.redis.eval(RENEW, 1, name, token, LOCK_MILLISECONDS), None)

    async def _release(self, name: str, token: str) -> Any:
        return await self.redis.eval(RELEASE, 1, name, token)

    async def is_locked(self, key: str) -> bool:
        return bool(await self.attempt(lambda: self.redis.exists(self._lock_name(key)), 0))

    async def forget_all_but(self, keys: Iterable[str]) -> None:
        """Delete all responses but these."""
        kept = {key.encode() for key in keys}

        async def forget() -> None:
            async for key in self.redis.scan_iter(match=f"311:[0-9]*:{self.database}:*", count=1000):
                if key not in kept:
                    await self.redis.unlink(key)

        await self.attempt(forget, None)

    async def limit_memory(self) -> None:
        """Set a memory limit with LRU eviction on a Redis without one; managed servers reject this."""
        if not self._settings.cache_redis_mb:
            return
        try:
            limit = await self.redis.config_get("maxmemory")
            if limit.get("maxmemory") in {"0", b"0"}:
                await self.redis.config_set("maxmemory", self._settings.cache_redis_mb * 2**20)
                await self.redis.config_set("maxmemory-policy", "allkeys-lru")
        except FAILURES as error:
            log.info("The memory limit of Redis is unchanged: %s", type(error).__name__)
