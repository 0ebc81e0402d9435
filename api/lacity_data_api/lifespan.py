"""What runs as long as the app does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from lacity_data_api.state import State

log = logging.getLogger(__name__)


def lifespan_of(state: State) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Pools open at the beginning and close at the end; neither needs Postgres or Redis to be there."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await state.database.open()
        try:
            async with _running(state.access_log.run(), state.publication.watch()):
                yield
        finally:
            # What was cancelled must have ended: uvloop never closes when a connection is left half made.
            await state.publication.close()
            await state.answers.close()
            await state.store.close()
            await state.database.close()

    return lifespan


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
