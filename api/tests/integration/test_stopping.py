from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest

from lacity_data_api import lifespan
from tests.support.databases import Database
from tests.support.serving import forget_everything, serve, settings_for


@pytest.mark.parametrize("seconds", [0, 0.01, 0.02, 0.04])
def test_api_stops_while_it_connects(database: Database, seconds: float) -> None:
    forget_everything()
    started = time.monotonic()
    with serve(settings_for(database)):
        time.sleep(seconds)
    assert time.monotonic() - started < 10


async def deaf_at_first() -> None:
    """Swallows one cancellation, as a client library may if its timeout expires at the same moment."""
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(60)
    await asyncio.sleep(60)


def test_work_that_misses_its_cancellation_is_cancelled_again() -> None:
    async def run() -> float:
        async with lifespan._running(deaf_at_first()):
            await asyncio.sleep(0)
        return time.monotonic()

    started = time.monotonic()
    assert asyncio.run(run()) - started < 10
