"""Single-flight: concurrent calls with the same key share one piece of work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from lacity_data_api.tasks import end

T = TypeVar("T")


@dataclass
class _Call(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class SingleFlight(Generic[T]):
    """Joins concurrent calls; the work is canceled when the last waiting caller has left."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call[T]] = {}
        self._tasks: set[asyncio.Task[T]] = set()

    async def close(self) -> None:
        """Cancel all work, and wait until it has ended."""
        await end(self._tasks)

    async def join(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """The result, or the error, of the work running for this key; starts it if there is none."""
        call = self._calls.get(key)
        if call is None or call.task.done():
            call = self._calls[key] = _Call(asyncio.ensure_future(_run(work)))
            self._tasks.add(call.task)
            call.task.add_done_callback(lambda task: self._finish(key, task))
        call.waiting += 1
        try:
            return await asyncio.shield(call.task)
        finally:
            call.waiting -= 1
            if not call.waiting:
                call.task.cancel()
                if self._calls.get(key) is call:
                    del self._calls[key]

    def _finish(self, key: str, task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        call = self._calls.get(key)
        if call is not None and call.task is task:
            del self._calls[key]
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log the error of abandoned work


async def _run(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
