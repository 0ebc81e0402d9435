"""Priming: the responses that clients need first are made before their generation is served."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import chain

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.response_cache import ResponseCache
from lacity_data_api.errors import UnavailableError
from lacity_data_api.statements import Query

log = logging.getLogger(__name__)

CONCURRENT_QUERIES = 3
ATTEMPTS = 5

# Queries by name, as the admin route counts them.
PrimedQueries = Callable[[], Awaitable[dict[str, list[Query]]]]
PrimedResponses = dict[str, list[tuple[Query, CachedResponse]]]


class DataChangedError(UnavailableError):
    """The data changed while its responses were being made."""

    detail = "The data is being updated"


class Primer:
    """Makes, or fetches from Redis, the primed responses of a generation."""

    def __init__(self, responses: ResponseCache) -> None:
        self._responses = responses
        self.queries: PrimedQueries = _no_queries

    async def prime(self) -> PrimedResponses:
        """The primed responses by name, all of one generation and stored in Redis."""
        for _ in range(ATTEMPTS):
            try:
                return await self._prime_once()
            except DataChangedError:
                log.info("The data changed during priming; starting again")
        raise DataChangedError

    async def _prime_once(self) -> PrimedResponses:
        generation = await self._responses.newest_generation()
        await self._responses.read_schema()
        limit = asyncio.Semaphore(CONCURRENT_QUERIES)

        async def make(query: Query) -> tuple[Query, CachedResponse]:
            async with limit:
                response = await self._responses.prime(query)
                if response.generation != generation:
                    raise DataChangedError
                return query, response

        groups = await self.queries()
        try:
            async with asyncio.TaskGroup() as tasks:
                made = {
                    name: [tasks.create_task(make(query)) for query in queries]
                    for name, queries in groups.items()
                }
        except ExceptionGroup as group:
            # The first error explains the failure and has a status.
            raise group.exceptions[0] from group
        return {name: [task.result() for task in group] for name, group in made.items()}

    async def fetch(self, generation: int) -> list[tuple[str, CachedResponse]]:
        """The responses that another worker has primed, by key; from memory if Redis has lost them."""
        await self._responses.read_schema()
        queries = chain.from_iterable((await self.queries()).values())
        keys = [self._responses.key(query, generation) for query in queries]
        stored = await self._responses.store.get_many(keys)
        found = zip(keys, stored, strict=True)
        return [(key, response) for key, one in found if (response := one or self._responses.memory.get(key))]


async def _no_queries() -> dict[str, list[Query]]:
    return {}
