"""Finished answers in Redis, shared by all workers. Every failure of Redis is a miss, never an error."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any, TypeVar

from aiocache import RedisCache
from aiocache.serializers import BaseSerializer
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from lacity_data_api.cache.answer import Answer
from lacity_data_api.config import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

TIMEOUT_SECONDS = 2.0
REST_SECONDS = 1.0
LOCK_MILLISECONDS = 20_000
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
FAILURES = (RedisError, OSError, asyncio.TimeoutError)


class BytesSerializer(BaseSerializer):  # type: ignore[misc]
    """Bytes as they are. Never pickle: whoever can write to Redis could then run code here."""

    DEFAULT_ENCODING = None

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, value: bytes | None) -> bytes | None:
        return value


class Store:
    """Redis, or nothing for a second after each of its failures."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.pool = ConnectionPool.from_url(
            settings.redis_url.get_secret_value(),
            socket_connect_timeout=0.5,
            socket_timeout=TIMEOUT_SECONDS,
            health_check_interval=30,
            max_connections=200,
            retry=Retry(NoBackoff(), 1),
        )
        self.redis: Redis = Redis(connection_pool=self.pool)
        self._cache = RedisCache(
            serializer=BytesSerializer(), timeout=TIMEOUT_SECONDS, connection_pool_class=lambda **_: self.pool
        )
        self._rests_until = 0.0
        # Databases that share a Redis, such as the sample city's and the real one's, must not share answers.
        place = settings.database_reader_url.get_secret_value().rpartition("@")[2].partition("?")[0]
        self.database = hashlib.blake2b(place.encode(), digest_size=4).hexdigest()
        # The key of the generation that is served, and the channel on which every change of it is told.
        self.published_key = f"311:published:{self.database}"

    @property
    def is_resting(self) -> bool:
        """Whether Redis failed a moment ago."""
        return time.monotonic() < self._rests_until

    async def close(self) -> None:
        await self.pool.disconnect()

    async def attempt(self, work: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """The work's result; ``otherwise`` when Redis is away."""
        if self.is_resting:
            return otherwise
        try:
            return await work()
        except FAILURES as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("Redis is away: %s", type(error).__name__)
            return otherwise

    async def get(self, key: str) -> Answer | None:
        packed = await self.attempt(lambda: self._cache.get(key), None)
        return Answer.unpacked(packed) if packed else None

    async def put(self, key: str, answer: Answer, ttl_seconds: int) -> None:
        await self.attempt(lambda: self._cache.set(key, answer.packed(), ttl=ttl_seconds), None)

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[bool]:
        """Yields whether this worker is the one that makes what ``key`` names; True when Redis is away."""
        token, name = token_hex(8), f"311:lock:{self.database}:{key}"

        async def take() -> bool:
            return bool(await self.redis.set(name, token, nx=True, px=LOCK_MILLISECONDS))

        is_ours = await self.attempt(take, otherwise=True)
        try:
            yield is_ours
        finally:
            if is_ours:
                await self.attempt(lambda: self._release(name, token), None)

    async def _release(self, name: str, token: str) -> Any:
        return await self.redis.eval(RELEASE, 1, name, token)

    async def is_locked(self, key: str) -> bool:
        return bool(await self.attempt(lambda: self.redis.exists(f"311:lock:{self.database}:{key}"), 0))

    async def published(self) -> int | None:
        """The generation that all workers serve, if Redis knows it."""
        value = await self.attempt(lambda: self.redis.get(self.published_key), None)
        return int(value) if value and value.isdigit() else None

    async def remember(self, generation: int) -> None:
        """Note which generation is served, for workers that begin."""
        await self.attempt(lambda: self.redis.set(self.published_key, generation), None)

    async def announce(self, generation: int, at: float) -> None:
        """Tell all workers to serve this generation from that moment on (seconds since 1970)."""
        await self.attempt(lambda: self.redis.publish(self.published_key, f"{generation}@{at}"), None)

    async def publish(self, generation: int) -> None:
        """Tell all workers to serve this generation, whose hot answers are in Redis."""
        await self.remember(generation)
        await self.attempt(lambda: self.redis.publish(self.published_key, generation), None)

    async def forget_all_but(self, keys: Iterable[str]) -> None:
        """Remove every finished answer but these."""
        kept = {key.encode() for key in keys}

        async def forget() -> None:
            async for key in self.redis.scan_iter(match=f"311:[0-9]*:{self.database}:*", count=1000):
                if key not in kept:
                    await self.redis.unlink(key)

        await self.attempt(forget, None)

    async def bound_memory(self) -> None:
        """Give a Redis without a limit one, and let it drop what is least used; managed ones refuse."""
        if not self._settings.cache_redis_mb:
            return
        try:
            limit = await self.redis.config_get("maxmemory")
            if limit.get("maxmemory") in {"0", b"0"}:
                await self.redis.config_set("maxmemory", self._settings.cache_redis_mb * 2**20)
                await self.redis.config_set("maxmemory-policy", "allkeys-lru")
        except FAILURES as error:
            log.info("The memory limit of Redis stays as it is: %s", type(error).__name__)
