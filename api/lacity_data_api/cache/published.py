"""Coordinates the workers through Redis: the served generation, and the cutover to the next one.

``311:published:…`` is a key with the generation that all workers serve, and a channel with three kinds of
messages: ``7`` means that they serve generation 7 now, ``7?token`` asks them to prepare it, and
``7@1780000000.5`` announces that they serve it from that time on. ``311:announced:…`` keeps the last
announcement, and ``311:prepared:…`` counts the workers that are ready.
"""

from __future__ import annotations

import asyncio
import logging
import time
from secrets import token_hex

from lacity_data_api.cache.redis_store import RedisStore

log = logging.getLogger(__name__)

KEPT_SECONDS = 60
# Time for all workers to fetch the primed responses.
PREPARE_SECONDS = 10.0


class Published:
    """The generation that all workers serve. It is unknown without Redis, and messages are lost."""

    def __init__(self, store: RedisStore) -> None:
        self._store = store
        self._redis = store.redis
        self.key = f"311:published:{store.database}"
        self._announced_key = f"311:announced:{store.database}"

    async def generation(self) -> int | None:
        """The generation that all workers serve at this moment; None if Redis does not have it."""
        published, announced = await self._store.texts([self.key, self._announced_key])
        generation, _, at = (announced or "").partition("@")
        if at and float(at) <= time.time():
            return int(generation)
        return int(published) if published and published.isdigit() else None

    async def remember(self, generation: int) -> None:
        """Store which generation is served, for workers that start later."""

        async def write() -> None:
            async with self._redis.pipeline() as pipeline:
                pipeline.set(self.key, generation)
                pipeline.delete(self._announced_key)
                await pipeline.execute()

        await self._store.attempt(write, None)

    async def publish(self, generation: int) -> None:
        """Make all workers serve this generation now; its primed responses must be in Redis."""
        await self.remember(generation)
        await self._store.attempt(lambda: self._redis.publish(self.key, generation), None)

    async def announce(self, generation: int, at: float) -> None:
        """Make all workers serve this generation from this time on (Unix time in seconds)."""
        announcement = f"{generation}@{at}"

        async def write() -> None:
            async with self._redis.pipeline() as pipeline:
                pipeline.set(self._announced_key, announcement, ex=KEPT_SECONDS)
                pipeline.publish(self.key, announcement)
                await pipeline.execute()

        await self._store.attempt(write, None)

    async def prepare_all(self, generation: int) -> None:
        """Ask all workers to fetch the responses of this generation, and wait up to ten seconds for them."""
        token, deadline = token_hex(8), time.monotonic() + PREPARE_SECONDS
        asked = await self._store.attempt(lambda: self._redis.publish(self.key, f"{generation}?{token}"), 0)
        while time.monotonic() < deadline:
            if await self._confirmed(token) >= asked:
                return
            await asyncio.sleep(0.02)
        log.warning("Not all of %d workers have fetched the responses of generation %d", asked, generation)

    async def confirm(self, token: str) -> None:
        """Confirm that this worker has fetched the responses for the request with this token."""

        async def count() -> None:
            async with self._redis.pipeline() as pipeline:
                pipeline.incr(_prepared_key(token))
                pipeline.expire(_prepared_key(token), KEPT_SECONDS)
                await pipeline.execute()

        await self._store.attempt(count, None)

    async def _confirmed(self, token: str) -> int:
        (count,) = await self._store.texts([_prepared_key(token)])
        return int(count or 0)


def _prepared_key(token: str) -> str:
    return f"311:prepared:{token}"
