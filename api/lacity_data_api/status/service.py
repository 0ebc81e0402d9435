"""The logic of the status routes beyond single queries."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import Any

import orjson

from lacity_data_api.cache.cached_response import JSON, CachedResponse
from lacity_data_api.errors import ApiError
from lacity_data_api.metrics import DATA_AGE, GENERATION, POOL
from lacity_data_api.state import State
from lacity_data_api.statements import Query
from lacity_data_api.status import repository

log = logging.getLogger(__name__)

MAX_KEYS = 10_000
MEASURING_SECONDS = 5.0
REDIS_SECTIONS = ("server", "clients", "memory", "persistence", "stats", "replication", "cpu", "keyspace")


async def last_loaded(state: State) -> dt.datetime | None:
    """The end time of the most recent load; the last known time while the database is unreachable."""
    try:
        state.last_known.loaded_at = await repository.last_loaded(state.database)
    except ApiError as error:
        log.info("Using the last known load time: %s", error.detail)
    return state.last_known.loaded_at


async def totals(state: State, loaded_at: dt.datetime | None) -> dict[str, Any]:
    """Counts of requests; null while the database is unreachable."""
    city = await state.facts.city()
    query = repository.totals(city.local(loaded_at).date() if loaded_at else city.today())
    try:
        return await _content(state, query)
    except ApiError:
        return dict.fromkeys(("requests", "requests_not_on_map", "information_calls", "last_day"))


async def database_status(state: State) -> dict[str, Any]:
    """Versions, the time of the newest load in UTC, and counts. Raises ApiError."""
    found = await repository.database_state(state.database)
    loaded_at = found.pop("loaded_at")
    return {**found, "last_updated": without_zone(loaded_at), **await _content(state, repository.counts())}


def without_zone(moment: dt.datetime | None) -> dt.datetime | None:
    """The time in UTC, as clients expect it."""
    return moment and moment.astimezone(dt.UTC).replace(tzinfo=None)


async def _content(state: State, query: Query) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads((await state.watcher.find(query)).response.body)
    return content


async def cached_keys(state: State) -> list[str]:
    """At most 10,000 keys in Redis, sorted; an empty list while Redis is unreachable."""
    keys: list[str] = []

    async def scan() -> None:
        async for key in state.store.redis.scan_iter(match="311:*", count=1000):
            keys.append(key.decode(errors="replace"))
            if len(keys) >= MAX_KEYS:
                return

    await state.store.attempt(scan, None)
    return sorted(keys)


async def redis_info(state: State) -> dict[str, Any]:
    """The output of Redis INFO by section; empty while Redis is unreachable."""

    async def read() -> dict[str, Any]:
        return {section: await state.store.redis.info(section) for section in REDIS_SECTIONS}

    return await state.store.attempt(read, {})


async def keep_measuring(state: State) -> None:
    """Set this worker's gauges every few seconds until canceled: any worker may serve the metrics of all."""
    while True:
        measure(state)
        await asyncio.sleep(MEASURING_SECONDS)


def measure(state: State) -> None:
    """Set the gauges that no request updates."""
    in_use, is_open, allowed = state.database.pool_use()
    for name, value in (("in use", in_use), ("open", is_open), ("allowed", allowed)):
        POOL.labels(name).set(value)
    if state.watcher.generation is not None:
        GENERATION.set(state.watcher.generation)
    if state.last_known.loaded_at:
        DATA_AGE.set((dt.datetime.now(dt.UTC) - state.last_known.loaded_at).total_seconds())


async def reset(state: State) -> dict[str, int]:
    """Prime and clear the cache; return the number of items in each group of primed responses."""
    primed = await state.watcher.reset()
    return {name: sum(_items(response) for _, response in group) for name, group in primed.items()}


def _items(response: CachedResponse) -> int:
    """The length of a list or a collection; a tile counts as one."""
    if response.media_type != JSON:
        return 1
    content = orjson.loads(response.body)
    return len(content["features"] if isinstance(content, dict) else content)
