"""Background tasks and pools with the lifetime of the app."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from lacity_data_api.allocator import keep_returning_memory
from lacity_data_api.cache.listener import listen
from lacity_data_api.http.protocol import REPLAYER
from lacity_data_api.http.replayer import Replayer
from lacity_data_api.state import State
from lacity_data_api.status.service import keep_measuring
from lacity_data_api.tasks import end

log = logging.getLogger(__name__)

CLOSE_SECONDS = 10


def lifespan_of(state: State) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    """Open the pools and start the background tasks; neither Postgres nor Redis has to be up."""
    replayer = Replayer(state.responses.memory, state.request_ids, state.access_log)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        await state.database.open()
        state.kept_files.open()
        try:
            listening = listen(state.watcher, state.store)
            works = (state.access_log.run(), listening, keep_measuring(state), keep_returning_memory())
            async with _running(*works):
                # uvicorn passes this state to its protocols.
                yield {REPLAYER: replayer}
        finally:
            # Canceled tasks must have ended, because uvloop never closes while a connection is half open.
            for part in (state.watcher, state.responses, state.store, state.database):
                await _close_in_time(part.close(), type(part).__name__)

    return lifespan


async def _close_in_time(closing: Coroutine[Any, Any, None], name: str) -> None:
    """Close a component with a timeout: one that hangs must not keep the process from ending."""
    task = asyncio.ensure_future(closing)
    await asyncio.wait([task], timeout=CLOSE_SECONDS)
    if task.done():
        task.result()
    else:
        log.error("%s did not close in %d seconds: %s", name, CLOSE_SECONDS, task)


@asynccontextmanager
async def _running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work) for work in works]
    for task in tasks:
        task.add_done_callback(_report)
    try:
        yield
    finally:
        await end(tasks)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("Background work has ended", exc_info=error)
