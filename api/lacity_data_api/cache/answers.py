"""Answers to questions: from the process, from Redis, or from one query, whoever asks and however often."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from sqlalchemy import text

from lacity_data_api.cache.answer import ENCODINGS, SMALLEST_COMPRESSED, Answer
from lacity_data_api.cache.flight import Flights
from lacity_data_api.cache.memory import Memory
from lacity_data_api.cache.question import Question
from lacity_data_api.cache.store import Store
from lacity_data_api.config import Settings
from lacity_data_api.db import Database
from lacity_data_api.errors import NotFoundError
from lacity_data_api.metrics import CACHE

GENERATION = text("SELECT generation FROM data_generation")
OTHERS_PATIENCE_SECONDS = 10.0
COMPRESSED_AT_ONCE = 65_536


class Kept(NamedTuple):
    key: str
    answer: Answer


class Answers:
    """Everything between a question and its bytes but the choice of the generation that is served."""

    def __init__(self, settings: Settings, database: Database, store: Store) -> None:
        self.database = database
        self.store = store
        self.memory = Memory(settings.cache_memory_mb * 2**20)
        self._flights: Flights[Answer] = Flights()
        self._compressions: Flights[None] = Flights()

    async def close(self) -> None:
        """Give up what is under way."""
        await self._flights.close()
        await self._compressions.close()

    def key(self, question: Question, generation: int) -> str:
        return question.key(generation, self.store.database)

    async def newest_generation(self) -> int:
        """What the database holds now; ApiError when it is away."""
        return int(await self.database.scalar(GENERATION))

    async def find(self, question: Question, generation: int) -> Answer:
        """The answer under this generation, or under a newer one that the database holds by now."""
        key = self.key(question, generation)
        answer = self.memory.get(key)
        if answer is not None:
            CACHE.memory.inc()
            return answer
        return await self._flights.join(key, lambda: self._fetch(question, key))

    async def _fetch(self, question: Question, key: str) -> Answer:
        if not question.is_shared:
            return await self._make(question)
        if answer := await self.store.get(key):
            CACHE.redis.inc()
            return answer
        async with self.store.lock(key) as is_ours:
            if not is_ours and (answer := await self._made_by_another(key)):
                CACHE.redis.inc()
                return answer
            return await self._make(question)

    async def _made_by_another(self, key: str) -> Answer | None:
        """Wait for the worker that is at it; None when it gives up or takes too long."""
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + OTHERS_PATIENCE_SECONDS, 0.005
        while loop.time() < deadline:
            await asyncio.sleep(pause)
            is_at_it = await self.store.is_locked(key)
            if answer := await self.store.get(key):
                return answer
            if not is_at_it:
                return None
            pause = min(pause * 1.5, 0.1)
        return None

    async def _make(self, question: Question) -> Answer:
        answer = await self.compute(question)
        await self.share(question, answer)
        return answer

    async def share(self, question: Question, answer: Answer) -> None:
        """Let other workers have it, as long as the question allows."""
        if question.is_shared:
            await self.store.put(self.key(question, answer.generation), answer, question.ttl_seconds)

    async def finish(self, question: Question, answer: Answer) -> None:
        """Share it in every form that a client may take, so that nobody waits for one."""
        if len(answer.body) >= SMALLEST_COMPRESSED:
            for encoding in ENCODINGS:
                await asyncio.to_thread(answer.encode, encoding)
        await self.share(question, answer)

    async def compute(self, question: Question) -> Answer:
        """Ask the database; NotFoundError when it has nothing."""
        CACHE.database.inc()
        found = await self.database.find(question.query)
        if found.body is None:
            raise NotFoundError(question.missing)
        link = ""
        if found.next_cursor:
            link = f'<{question.next_page}cursor={found.next_cursor}>; rel="next"'
        return Answer(found.body, found.generation, link)

    async def encode(self, kept: Kept, encoding: str, question: Question) -> None:
        """Add a compressed form, once for all who wait for it, and share it."""
        if kept.answer.has(encoding):
            return
        # Of the same key two may be about for a moment, such as one from before a reset: each needs its own.
        await self._compressions.join(
            f"{kept.key}|{id(kept.answer)}|{encoding}", lambda: self._encode(kept, encoding, question)
        )

    async def _encode(self, kept: Kept, encoding: str, question: Question) -> None:
        if len(kept.answer.body) < COMPRESSED_AT_ONCE:
            kept.answer.encode(encoding)
        else:
            await asyncio.to_thread(kept.answer.encode, encoding)
        if self.memory.get(kept.key) is kept.answer:
            self.memory.put(kept.key, kept.answer)
        await self.share(question, kept.answer)
