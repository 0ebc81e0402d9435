"""Tracks the served generation of the data, and moves all workers to the next one at the same moment.

Postgres stores the newest generation, Redis the served one (``311:published:…``). A new generation is served
once its primed responses are ready, by all workers from the same moment on, so that a client that reaches
several workers never sees the old one after the new one. Without Redis, each worker follows Postgres.

One worker primes the responses and asks the others to fetch them. Once all have confirmed, or after ten
seconds, it announces the time of the cutover.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.outdated_files import OutdatedFiles
from lacity_data_api.cache.primer import PrimedResponses, Primer
from lacity_data_api.cache.published import Published
from lacity_data_api.cache.response_cache import Keyed, ResponseCache
from lacity_data_api.cache.single_flight import SingleFlight
from lacity_data_api.statements import Query

log = logging.getLogger(__name__)

LOCK = "cutover"
ATTEMPTS = 5
LOCK_WAIT_SECONDS = 60.0
# Time for the announcement of a cutover to reach all workers.
LEAD_SECONDS = 0.5

KeyedResponses = list[tuple[str, CachedResponse]]


class GenerationWatcher:
    """Tracks which generation this worker serves, and moves it to the next one."""

    def __init__(self, responses: ResponseCache, outdated_files: OutdatedFiles) -> None:
        self._responses = responses
        self._outdated_files = outdated_files
        self._store = responses.store
        self.published = Published(responses.store)
        self._transitions: SingleFlight[int] = SingleFlight()
        self.primer = Primer(responses)
        self._cutover = responses.memory.cutover
        self._generation: int | None = None
        # The next generation, with its responses.
        self._prepared: tuple[int, KeyedResponses] | None = None

    @property
    def generation(self) -> int | None:
        """The generation served at this moment; None until the first request or message."""
        self._cutover.make_if_due()
        return self._generation

    async def close(self) -> None:
        """Cancel all work, and wait until it has ended."""
        # Transitions start removals, so they are closed first.
        await self._transitions.close()
        await self._outdated_files.close()

    async def find(self, query: Query, accept_encoding: bytes = b"") -> Keyed:
        """The response of the served generation; advances first if the database has a newer one.

        The response is also kept in memory.
        """
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
        """The served generation, determined on the first request. Raises ApiError while it is unknown."""
        if (generation := self.generation) is None:
            return await self._transitions.join("learn", self._learn)
        return generation

    async def _learn(self) -> int:
        await self._responses.read_schema()
        generation = await self.published.generation()
        if generation is None:
            generation = await self._responses.newest_generation()
            await self.published.publish(generation)
        self._generation = generation
        return generation

    async def advance(self, seen: int) -> int:
        """Prime the newest generation, then serve it; returns its number."""
        return await self._transitions.join("advance", lambda: self._advance(seen))

    async def _advance(self, seen: int) -> int:
        async with self._store.lock(LOCK) as is_ours:
            if not is_ours and await self._advanced_by_another_worker(seen):
                return self.generation or seen
            if await self.published.generation() == seen:
                if self.generation != seen:
                    await self.follow(seen)
                return seen
            return await self._cut_over(await self.primer.prime())

    async def _advanced_by_another_worker(self, seen: int) -> bool:
        """Wait for the worker that holds the lock; False if that worker fails or takes too long."""
        deadline = asyncio.get_running_loop().time() + LOCK_WAIT_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if self.generation == seen:
                # Switched at the announced time, which is before the other worker releases the lock.
                return True
            is_locked = await self._store.is_locked(LOCK)
            published = await self.published.generation()
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
        responses = [(self._responses.key(query, generation), one) for query, one in pairs]
        if self.generation not in (None, generation):
            await self._announce_cutover(generation, responses)
            # Not published again: every worker would fetch and decode the same responses a second time.
            await self.published.remember(generation)
        else:
            self._serve(generation, responses)
            await self.published.publish(generation)
        return generation

    async def _announce_cutover(self, generation: int, responses: KeyedResponses) -> None:
        self._prepared = (generation, responses)
        await self.published.prepare_all(generation)
        at = time.time() + LEAD_SECONDS
        self._cutover.plan(at, partial(self._serve, generation, responses))
        await self.published.announce(generation, at)
        await self._cut_over_at(at)

    async def _cut_over_at(self, at: float) -> None:
        """Wait until this time and switch; never wait longer than the lead, since clocks may differ."""
        await asyncio.sleep(min(at - time.time(), LEAD_SECONDS))
        # Another cutover may have been planned in the meantime.
        if self._cutover.at == at:
            self._cutover.make()

    def _serve(self, generation: int, responses: KeyedResponses) -> None:
        self._prepared = None
        self._responses.memory.replace_all(responses)
        self._responses.failures.clear()
        self._outdated_files.begin_removal()
        self._generation = generation
        log.info("Serving generation %d", generation)

    async def prepare(self, generation: int) -> KeyedResponses:
        """The responses that another worker has primed for the next generation, fetched once."""
        if self._prepared is None or self._prepared[0] != generation:
            self._prepared = (generation, await self.primer.fetch(generation))
        return self._prepared[1]

    async def follow(self, generation: int) -> None:
        """Serve this generation with the responses that another worker has primed."""
        self._serve(generation, await self.primer.fetch(generation))

    async def refresh(self, *, is_notified: bool = False) -> None:
        """Follow the generation in Redis, or in Postgres if Redis is unreachable or has lost it."""
        published = await self.published.generation()
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
            await self.published.remember(newest)

    async def _go_back_or_correct(self, published: int) -> None:
        """Serve an older generation only if the database itself was restored to it.

        Otherwise Redis has missed a cutover, and its value is replaced.
        """
        newest = await self._responses.newest_generation()
        if newest == published:
            await self.follow(published)
        elif self.generation is not None:
            await self.published.publish(self.generation)

    async def cut_over_as_announced(self, generation: int, at: float) -> None:
        """Switch to the announced generation at this time."""
        if generation == self.generation or self._cutover.at == at:
            return
        responses = await self.prepare(generation)
        self._cutover.plan(at, partial(self._serve, generation, responses))
        await self._cut_over_at(at)
