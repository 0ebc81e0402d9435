"""What workers do to Redis besides reading and writing responses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import redis

from lacity_data_api.cache import redis_store
from lacity_data_api.cache.redis_store import PAUSE_SECONDS, RedisStore
from tests.support.databases import Database, variable
from tests.support.serving import settings_for

LIMITED = {"maxmemory": str(256 * 2**20), "maxmemory-policy": "allkeys-lru"}


@pytest.fixture
def cache() -> Iterator[redis.Redis]:
    """Redis, whose limit is the same after the test."""
    with redis.Redis.from_url(variable("TEST_REDIS_URL"), decode_responses=True) as found:
        before = found.config_get(*LIMITED)
        yield found
        for name, value in before.items():
            found.config_set(name, value)


@pytest.fixture
def store(database: Database) -> RedisStore:
    return RedisStore(settings_for(database, cache_redis_mb=128))


def _limit(store: RedisStore) -> None:
    async def limit() -> None:
        await store.limit_memory()
        await store.close()

    asyncio.run(limit())


def test_after_a_failure_nothing_is_sent_for_a_while(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, sent = 100.0, 0
    monkeypatch.setattr(redis_store, "time", SimpleNamespace(monotonic=lambda: now))

    async def send() -> str:
        nonlocal sent
        sent += 1
        if sent == 1:
            raise ConnectionResetError
        return "sent"

    assert asyncio.run(store.attempt(send, "nothing")) == "nothing"
    now += PAUSE_SECONDS * 0.9
    assert asyncio.run(store.attempt(send, "nothing")) == "nothing"
    assert sent == 1
    assert not asyncio.run(store.is_locked("any"))
    now += PAUSE_SECONDS * 0.2
    assert asyncio.run(store.attempt(send, "nothing")) == "sent"


def test_a_redis_without_a_limit_gets_one(store: RedisStore, cache: redis.Redis) -> None:
    cache.config_set("maxmemory", 0)
    cache.config_set("maxmemory-policy", "noeviction")
    _limit(store)
    assert cache.config_get(*LIMITED) == {"maxmemory": str(128 * 2**20), "maxmemory-policy": "allkeys-lru"}


def test_a_limit_that_is_set_stays(store: RedisStore, cache: redis.Redis) -> None:
    for name, value in LIMITED.items():
        cache.config_set(name, value)
    _limit(store)
    assert cache.config_get(*LIMITED) == LIMITED


def test_no_limit_is_set_if_the_settings_have_none(database: Database, cache: redis.Redis) -> None:
    cache.config_set("maxmemory", 0)
    _limit(RedisStore(settings_for(database, cache_redis_mb=0)))
    assert cache.config_get("maxmemory") == {"maxmemory": "0"}
