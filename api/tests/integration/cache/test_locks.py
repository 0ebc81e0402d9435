"""Locks in Redis, and workers that Redis does not let listen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
import redis

from lacity_data_api.cache import redis_store
from lacity_data_api.cache.redis_store import RedisStore
from tests.support.databases import Database, variable
from tests.support.rows import add_requests
from tests.support.serving import serve, settings_for
from tests.support.waiting import until

LOCK_MS = 6_000
MUTE = "mute"


@pytest.fixture
def cache() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as found:
        yield found


@pytest.fixture
def mute_url(cache: redis.Redis) -> Iterator[str]:
    """The address of Redis for a user who must not subscribe."""
    cache.execute_command("ACL", "SETUSER", MUTE, "on", f">{MUTE}", "~*", "&*", "+@all", "-subscribe")
    yield variable("TEST_REDIS_URL").replace("redis://", f"redis://{MUTE}:{MUTE}@")
    cache.acl_deluser(MUTE)


def _while_locked(database: Database, check: Callable[[RedisStore, str], Awaitable[None]]) -> None:
    async def hold() -> None:
        store = RedisStore(settings_for(database))
        async with store.lock("work") as is_ours:
            assert is_ours
            await asyncio.wait_for(check(store, store._lock_name("work")), 60)
        assert not await store.is_locked("work")
        await store.close()

    asyncio.run(hold())


def test_a_lock_lasts_as_long_as_the_work(
    database: Database, cache: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow database may take longer to prime the responses than a lock lasts by itself."""
    monkeypatch.setattr(redis_store, "LOCK_MILLISECONDS", LOCK_MS)

    async def renewed(store: RedisStore, name: str) -> None:
        left = before = cache.pttl(name)
        while left <= before:
            before, _ = left, await asyncio.sleep(0.05)
            left = cache.pttl(name)
            assert left > 0
        async with store.lock("work") as is_ours:
            assert not is_ours

    _while_locked(database, renewed)


def test_a_lock_that_another_worker_has_is_not_renewed(
    database: Database, cache: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_store, "LOCK_MILLISECONDS", 300)

    async def taken_over(_: RedisStore, name: str) -> None:
        cache.set(name, "another worker", px=LOCK_MS * 10)
        await asyncio.sleep(0.5)
        assert cache.pttl(name) > LOCK_MS
        cache.delete(name)

    _while_locked(database, taken_over)


def test_a_worker_that_cannot_listen_says_so_and_polls(
    database: Database, mute_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(settings_for(database, redis_url=mute_url)) as api:
        served = api.json("/status/data")["generation"]
        assert until(lambda: "listening to Redis failed: NoPermissionError" in caplog.text)
        add_requests(database, {})
        api.publish()
        assert api.json("/status/data")["generation"] == served + 1
