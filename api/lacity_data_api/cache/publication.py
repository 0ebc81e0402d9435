"""Which generation of the data is served, and how all workers move to the next without a cold moment.

Postgres says which generation is the newest; Redis says which one is served (``311:published:…``). A new one
is served once its hot answers are made, by all workers from the same moment on, so that a visitor who asks
several of them does not meet the old one again. Without Redis each worker follows Postgres by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from lacity_data_api.cache.answer import Answer
from lacity_data_api.cache.answers import Answers, Kept
from lacity_data_api.cache.flight import Flights
from lacity_data_api.cache.question import Question
from lacity_data_api.cache.store import FAILURES
from lacity_data_api.errors import ApiError, UnavailableError

log = logging.getLogger(__name__)

LOCK = "switch"
PRIMED_AT_ONCE = 3
PRIMING_ATTEMPTS = 5
OTHERS_PATIENCE_SECONDS = 60.0
POLL_SECONDS = 1.0
# Time for all workers to fetch the hot answers before all of them switch.
HEAD_START_SECONDS = 0.3

HotQuestions = Callable[[], dict[str, list[Question]]]
Primed = dict[str, list[tuple[Question, Answer]]]


class MovedOnError(UnavailableError):
    """The data changed while its answers were being made."""

    detail = "The data is just changing"


class Publication:
    """The generation that this worker serves."""

    def __init__(self, answers: Answers, hot_questions: HotQuestions) -> None:
        self._answers = answers
        self._store = answers.store
        self._hot_questions = hot_questions
        self._flights: Flights[int] = Flights()
        self.generation: int | None = None

    async def close(self) -> None:
        """Give up what is under way."""
        await self._flights.close()

    async def ask(self, question: Question) -> Kept:
        """The answer under the generation served; moves on to a newer one when the database has it."""
        for _ in range(PRIMING_ATTEMPTS):
            generation = await self.current()
            answer = await self._answers.find(question, generation)
            if answer.generation not in (generation, self.generation):
                await self.advance(answer.generation)
            if answer.generation == self.generation:
                break
        kept = Kept(self._answers.key(question, answer.generation), answer)
        if answer.generation == self.generation and self._answers.memory.get(kept.key) is None:
            self._answers.memory.put(*kept)
        return kept

    async def current(self) -> int:
        """The generation served; learned at the first question. ApiError when nobody can say."""
        if self.generation is None:
            return await self._flights.join("learn", self._learn)
        return self.generation

    async def _learn(self) -> int:
        generation = await self._store.published()
        if generation is None:
            generation = await self._answers.newest_generation()
            await self._store.publish(generation)
        self.generation = generation
        return generation

    async def advance(self, seen: int) -> int:
        """Make the hot answers of the newest generation, then serve it; returns which it is."""
        return await self._flights.join("advance", lambda: self._advance(seen))

    async def _advance(self, seen: int) -> int:
        async with self._store.lock(LOCK) as is_ours:
            if not is_ours and await self._switched_by_another(seen):
                return self.generation or seen
            if await self._store.published() == seen:
                await self.follow(seen)
                return seen
            primed = await self.prime()
            return await self._switch(primed)

    async def _switched_by_another(self, seen: int) -> bool:
        """Wait for the worker that is at it; False when it gives up or takes too long."""
        deadline = asyncio.get_running_loop().time() + OTHERS_PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            is_at_it = await self._store.is_locked(LOCK)
            published = await self._store.published()
            if published not in (None, self.generation) and published >= seen:
                await self.follow(published)
                return True
            if not is_at_it:
                return False
            await asyncio.sleep(0.05)
        return False

    async def reset(self) -> Primed:
        """Make all hot answers anew, serve their generation, and forget every other answer."""
        async with self._store.lock(LOCK):
            primed = await self.prime()
            generation = await self._switch(primed)
            hot = [
                self._answers.key(question, generation) for group in primed.values() for question, _ in group
            ]
            await self._store.forget_all_but(hot)
        return primed

    async def prime(self) -> Primed:
        """Hot answers by name, all of one generation, in Redis when this returns."""
        for _ in range(PRIMING_ATTEMPTS):
            try:
                return await self._prime_once()
            except MovedOnError:
                log.info("The data changed while its answers were made; once more")
        raise MovedOnError

    async def _prime_once(self) -> Primed:
        generation = await self._answers.newest_generation()
        limit = asyncio.Semaphore(PRIMED_AT_ONCE)

        async def make(question: Question) -> tuple[Question, Answer]:
            async with limit:
                answer = await self._answers.compute(question)
                if answer.generation != generation:
                    raise MovedOnError
                await self._answers.finish(question, answer)
                return question, answer

        groups = self._hot_questions()
        try:
            async with asyncio.TaskGroup() as tasks:
                made = {
                    name: [tasks.create_task(make(question)) for question in questions]
                    for name, questions in groups.items()
                }
        except ExceptionGroup as group:
            # The first is enough to say why, and has a status of its own.
            raise group.exceptions[0] from group
        return {name: [task.result() for task in group] for name, group in made.items()}

    async def _switch(self, primed: Primed) -> int:
        pairs = [pair for group in primed.values() for pair in group]
        generation = pairs[0][1].generation
        if self.generation not in (None, generation):
            at = time.time() + HEAD_START_SECONDS
            await self._store.announce(generation, at)
            await _until(at)
        self._serve(generation, pairs)
        await self._store.publish(generation)
        return generation

    def _serve(self, generation: int, pairs: list[tuple[Question, Answer]]) -> None:
        kept = [(self._answers.key(question, generation), answer) for question, answer in pairs]
        self._answers.memory.replace_all(kept)
        self.generation = generation
        log.info("Serving generation %d with %d answers at hand", generation, len(kept))

    async def follow(self, generation: int, at: float = 0) -> None:
        """Fetch the answers of a generation that another worker has primed; serve it from that moment on."""
        questions = [question for group in self._hot_questions().values() for question in group]
        found = []
        for question in questions:
            key = self._answers.key(question, generation)
            # A Redis that was restarted holds nothing; this worker may.
            if answer := await self._store.get(key) or self._answers.memory.get(key):
                found.append((question, answer))
        await _until(at)
        self._serve(generation, found)

    async def refresh(self, *, is_told: bool = False) -> None:
        """Follow what Redis says, or Postgres when Redis is away."""
        published = await self._store.published()
        if published is None:
            await self._follow_database()
        elif self.generation is not None and published < self.generation:
            await self._go_back_or_tell(published)
        elif published != self.generation or is_told:
            await self.follow(published)

    async def _follow_database(self) -> None:
        """Redis is away or knows nothing."""
        newest = await self._answers.newest_generation()
        if self.generation != newest:
            await self.advance(newest)
        else:
            await self._store.remember(newest)

    async def _go_back_or_tell(self, published: int) -> None:
        """Redis may have slept through a switch; only a database that was set back makes older data right."""
        newest = await self._answers.newest_generation()
        if newest == published:
            await self.follow(published)
        elif self.generation is not None:
            await self._store.publish(self.generation)

    async def watch(self) -> None:
        """Follow until cancelled: at once by Redis' channel, and in any case every second."""
        while True:
            try:
                await self._watch_channel()
            except (*FAILURES, ValueError):  # Redis is away, or somebody else speaks on the channel
                await self._refresh_calmly()
                await asyncio.sleep(POLL_SECONDS)

    async def _watch_channel(self) -> None:
        async with self._store.redis.pubsub() as channel:
            await channel.subscribe(self._store.published_key)
            await self._store.bound_memory()
            while True:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=POLL_SECONDS)
                if message is None or b"@" not in message["data"]:
                    await self._refresh_calmly(is_told=message is not None)
                else:
                    await self._switch_with_all(message["data"])

    async def _switch_with_all(self, announcement: bytes) -> None:
        generation, _, at = announcement.partition(b"@")
        if int(generation) != self.generation:
            await self.follow(int(generation), float(at))

    async def _refresh_calmly(self, *, is_told: bool = False) -> None:
        try:
            await self.refresh(is_told=is_told)
        except ApiError as error:
            log.warning("The generation to serve is not known: %s", type(error).__name__)


async def _until(at: float) -> None:
    """Wait for the moment, but never longer than anybody plans ahead: clocks differ."""
    await asyncio.sleep(min(at - time.time(), HEAD_START_SECONDS))
