"""Which generation of the data is served, and how all workers move to the next one at the same moment.

Postgres knows the newest generation; Redis knows which one is served (``311:published:…``). A new one is
served when its primed responses are ready, by all workers from the same moment on, so that no client that
reaches several workers meets the old one again. Without Redis each worker follows Postgres.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.primer import PrimedResponses, Primer
from lacity_data_api.cache.redis_store import FAILURES
from lacity_data_api.cache.response_cache import Keyed, ResponseCache
from lacity_data_api.cache.single_flight import SingleFlight
from lacity_data_api.errors import ApiError
from lacity_data_api.statements import Query

log = logging.getLogger(__name__)

LOCK = "cutover"
ATTEMPTS = 5
LOCK_WAIT_SECONDS = 60.0
POLL_SECONDS = 1.0
# Time for all workers to fetch the primed responses before the cutover.
LEAD_SECONDS = 0.3


class GenerationWatcher:
    """The generation that this worker serves."""

    def __init__(self, responses: ResponseCache) -> None:
        self._responses = responses
        self._store = responses.store
        self._moves: SingleFlight[int] = SingleFlight()
        self.primer = Primer(responses)
        self.generation: int | None = None

    async def close(self) -> None:
        """Cancel all work."""
        await self._moves.close()

    async def find(self, query: Query, accept_encoding: bytes = b"") -> Keyed:
        """The response of the generation served; advances when the database has a newer one."""
        for _ in range(ATTEMPTS):
            generation = await self.current()
            response = await self._responses.find(query, generation, accept_encoding)
            if response.generation not in (generation, self.generation):
                await self.advance(response.generation)
            if response.generation == self.generation:
                break
        keyed = Keyed(self._responses.key(query, response.generation), response)
        memory = self._responses.memory
        if response.generation == self.generation and memory.get(keyed.key) is None:
            memory.put(*keyed)
        return keyed

    async def current(self) -> int:
        """The generation served, learned on the first request; ApiError while it is unknown."""
        if self.generation is None:
            return await self._moves.join("learn", self._learn)
        return self.generation

    async def _learn(self) -> int:
        generation = await self._store.published()
        if generation is None:
            generation = await self._responses.newest_generation()
            await self._store.publish(generation)
        self.generation = generation
        return generation

    async def advance(self, seen: int) -> int:
        """Prime the newest generation, then serve it; returns its number."""
        return await self._moves.join("advance", lambda: self._advance(seen))

    async def _advance(self, seen: int) -> int:
        async with self._store.lock(LOCK) as is_ours:
            if not is_ours and await self._advanced_by_another_worker(seen):
                return self.generation or seen
            if await self._store.published() == seen:
                await self.follow(seen)
                return seen
            return await self._cut_over(await self.primer.prime())

    async def _advanced_by_another_worker(self, seen: int) -> bool:
        """Wait for the worker that holds the lock; False when it fails or takes too long."""
        deadline = asyncio.get_running_loop().time() + LOCK_WAIT_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            is_locked = await self._store.is_locked(LOCK)
            published = await self._store.published()
            if published not in (None, self.generation) and published >= seen:
                await self.follow(published)
                return True
            if not is_locked:
                return False
            await asyncio.sleep(0.05)
        return False

    async def reset(self) -> PrimedResponses:
        """Prime the newest generation again, serve it, and delete all other responses."""
        async with self._store.lock(LOCK):
            primed = await self.primer.prime()
            generation = await self._cut_over(primed)
            pairs = (pair for group in primed.values() for pair in group)
            await self._store.forget_all_but(self._responses.key(query, generation) for query, _ in pairs)
        return primed

    async def _cut_over(self, primed: PrimedResponses) -> int:
        pairs = [pair for group in primed.values() for pair in group]
        generation = pairs[0][1].generation
        if self.generation not in (None, generation):
            at = time.time() + LEAD_SECONDS
            await self._store.announce(generation, at)
            await _sleep_until(at)
        self._serve(generation, [(self._responses.key(query, generation), one) for query, one in pairs])
        await self._store.publish(generation)
        return generation

    def _serve(self, generation: int, responses: Iterable[tuple[str, CachedResponse]]) -> None:
        self._responses.memory.replace_all(responses)
        self._responses.failures.clear()
        self.generation = generation
        log.info("Serving generation %d", generation)

    async def follow(self, generation: int, at: float = 0) -> None:
        """Fetch the responses that another worker has primed; serve them from that moment on."""
        primed = await self.primer.fetch(generation)
        await _sleep_until(at)
        self._serve(generation, primed)

    async def refresh(self, *, is_notified: bool = False) -> None:
        """Follow the generation in Redis, or in Postgres while Redis is unreachable."""
        published = await self._store.published()
        if published is None:
            await self._follow_database()
        elif self.generation is not None and published < self.generation:
            await self._go_back_or_correct(published)
        elif published != self.generation or is_notified:
            await self.follow(published)

    async def _follow_database(self) -> None:
        newest = await self._responses.newest_generation()
        if self.generation != newest:
            await self.advance(newest)
        else:
            await self._store.remember(newest)

    async def _go_back_or_correct(self, published: int) -> None:
        """Serve an older generation only if the database itself was restored to one.

        Otherwise Redis has missed a cutover, and is corrected.
        """
        newest = await self._responses.newest_generation()
        if newest == published:
            await self.follow(published)
        elif self.generation is not None:
            await self._store.publish(self.generation)

    async def watch(self) -> None:
        """Follow until cancelled: at once on a message from Redis, and every second in any case."""
        while True:
            try:
                await self._watch_channel()
            except (*FAILURES, ValueError):  # Redis is unreachable, or an unexpected message arrived
                await self._try_refresh()
                await asyncio.sleep(POLL_SECONDS)

    async def _watch_channel(self) -> None:
        async with self._store.redis.pubsub() as channel:
            await channel.subscribe(self._store.published_key)
            await self._store.limit_memory()
            while True:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=POLL_SECONDS)
                if message is None or b"@" not in message["data"]:
                    await self._try_refresh(is_notified=message is not None)
                else:
                    await self._cut_over_as_announced(message["data"])

    async def _cut_over_as_announced(self, announcement: bytes) -> None:
        generation, _, at = announcement.partition(b"@")
        if int(generation) != self.generation:
            await self.follow(int(generation), float(at))

    async def _try_refresh(self, *, is_notified: bool = False) -> None:
        try:
            await self.refresh(is_notified=is_notified)
        except ApiError as error:
            log.warning("The generation to serve is unknown: %s", type(error).__name__)


async def _sleep_until(at: float) -> None:
    """Never longer than the lead time: the clocks of two machines differ."""
    await asyncio.sleep(min(at - time.time(), LEAD_SECONDS))
