"""What the status routes do beyond a query."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import orjson

from lacity_data_api.cache.answer import Answer
from lacity_data_api.errors import ApiError
from lacity_data_api.metrics import DATA_AGE, GENERATION, POOL
from lacity_data_api.state import State
from lacity_data_api.status import repository

MOST_KEYS = 10_000
MEASURED_EVERY_SECONDS = 5.0
REDIS_SECTIONS = ("server", "clients", "memory", "persistence", "stats", "replication", "cpu", "keyspace")


async def last_pulled(state: State) -> dt.datetime | None:
    """When the newest load ended, in UTC; what was last known of it while the database is away."""
    try:
        pulled = await repository.last_pulled(state.database)
    except ApiError:
        return state.known.last_pulled
    state.known.last_pulled = pulled.replace(tzinfo=dt.UTC) if pulled else None
    return state.known.last_pulled


def is_ready(state: State) -> bool:
    """Whether this worker knows what to serve."""
    return state.publication.generation is not None


async def cached_keys(state: State) -> list[str]:
    """At most 10,000 keys of Redis, sorted; none when it is away."""
    keys: list[str] = []

    async def scan() -> None:
        async for key in state.store.redis.scan_iter(match="311:*", count=1000):
            keys.append(key.decode(errors="replace"))
            if len(keys) >= MOST_KEYS:
                return

    await state.store.attempt(scan, None)
    return sorted(keys)


async def redis_info(state: State) -> dict[str, Any]:
    """Redis' INFO by section; nothing when it is away."""

    async def ask() -> dict[str, Any]:
        return {section: await state.store.redis.info(section) for section in REDIS_SECTIONS}

    return await state.store.attempt(ask, {})


async def keep_measuring(state: State) -> None:
    """Set the gauges of this worker every few seconds, until cancelled: any worker may be asked for all."""
    while True:
        measure(state)
        await asyncio.sleep(MEASURED_EVERY_SECONDS)


def measure(state: State) -> None:
    """Set the gauges that nothing else keeps up to date."""
    in_use, is_open, allowed = state.database.pool_use()
    for name, value in (("in use", in_use), ("open", is_open), ("allowed", allowed)):
        POOL.labels(name).set(value)
    if state.publication.generation is not None:
        GENERATION.set(state.publication.generation)
    if state.known.last_pulled:
        DATA_AGE.set((dt.datetime.now(dt.UTC) - state.known.last_pulled).total_seconds())


async def reset(state: State) -> dict[str, int]:
    """Clear and prime; the number of items in each group of hot answers."""
    primed = await state.publication.reset()
    return {name: sum(_items(answer) for _, answer in group) for name, group in primed.items()}


def _items(answer: Answer) -> int:
    content = orjson.loads(answer.body)
    return len(content["features"] if isinstance(content, dict) else content)
