"""Reads from an unreachable Redis, and writes to one that resets connections, leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress

import pytest

from lacity_data_api.cache.cached_response import CachedResponse
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


async def _reset_during_a_write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Confirm every command of a client; reset its connection while it stores a response."""
    while (commands := await reader.read(4_096)) and b"SETEX" not in commands:
        writer.write(b"+OK\r\n" * len(re.findall(rb"\*[0-9]+\r\n", commands)))
    await asyncio.sleep(0.2)
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    tracemalloc.start(1)
    yield
    tracemalloc.stop()
    gc.enable()


@pytest.mark.usefixtures("no_garbage_collection")
def test_responses_that_could_not_be_written_are_not_kept() -> None:
    """The body stayed in a reference cycle until the next garbage collection, which can be hours later."""
    body_bytes = 5_000_000

    async def kept_bytes() -> int:
        server = await asyncio.start_server(_reset_during_a_write, "127.0.0.1", 0)
        url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        store = RedisStore(Settings(database_reader_url="postgresql://127.0.0.1/any", redis_url=url))
        await store.put("any", CachedResponse.of(os.urandom(body_bytes), 1), 60)
        await store.close()
        server.close()
        await server.wait_closed()
        return tracemalloc.get_traced_memory()[0]

    assert asyncio.run(kept_bytes()) < body_bytes
