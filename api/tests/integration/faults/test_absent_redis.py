"""Reads from an unreachable Redis leave nothing behind."""

from __future__ import annotations

import asyncio

from lacity_data_api.cache.redis_store import RedisStore
from lacity_data_api.config import Settings
from tests.support.servers import free_port


def test_redis_is_read_in_the_task_of_the_request() -> None:
    """If a separate task failed, its error would be logged with a traceback once the request is cancelled."""

    async def tasks_of_a_read() -> set[asyncio.Task[object]]:
        nowhere = f"redis://127.0.0.1:{free_port()}/0"
        store = RedisStore(Settings(database_reader_url="postgresql://127.0.0.1/any", redis_url=nowhere))
        read, seen = asyncio.create_task(store.get("any")), set()
        while not read.done():
            seen |= asyncio.all_tasks() - {read, asyncio.current_task()}
            await asyncio.sleep(0)
        assert read.result() is None
        await store.close()
        return seen

    assert asyncio.run(tasks_of_a_read()) == set()
