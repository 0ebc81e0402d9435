"""What runs as long as the app does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from lacity_data_api.state import State
from lacity_data_api.status.service import keep_measuring

log = logging.getLogger(__name__)

CLOSE_SECONDS = 10


def lifespan_of(state: State) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Pools open at the beginning and close at the end; neither needs Postgres or Redis to be there."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await state.database.open()
        try:
            async with _running(state.access_log.run(), state.publication.watch(), keep_measuring(state)):
                yield
        finally:
            # What was cancelled must have ended: uvloop never closes when a connection is left half made.
            for part in (state.publication, state.answers, state.store, state.database):
                await _in_time(part.close(), type(part).__name__)

    return lifespan


async def _in_time(closing: Coroutine[Any, Any, None], name: str) -> None:
    """Nothing that does not close may keep the process from its end."""
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
        await _end(tasks)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel, and again: a cancellation is lost where a timeout ends in the same moment."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("Work in the background has ended", exc_info=error)
