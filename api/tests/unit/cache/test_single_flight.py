from __future__ import annotations

import asyncio
import logging

import pytest

from lacity_data_api.cache.single_flight import SingleFlight


class Work:
    """Work that runs until it is released, and how often it was started and canceled."""

    def __init__(self) -> None:
        self.started = self.canceled = 0
        self.release = asyncio.Event()

    async def __call__(self) -> int:
        self.started += 1
        number = self.started
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.canceled += 1
            raise
        return number


async def turn() -> None:
    """Let everything run that can run."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_concurrent_calls_share_the_work_of_their_key() -> None:
    async def scenario() -> None:
        flight, work = SingleFlight[int](), Work()
        calls = [asyncio.ensure_future(flight.join(key, work)) for key in ("a", "a", "b")]
        await turn()
        assert work.started == 2
        work.release.set()
        assert await asyncio.gather(*calls) == [1, 1, 2]
        assert await flight.join("a", work) == 3, "finished work is not repeated as a result"

    asyncio.run(scenario())


def test_work_ends_with_its_last_caller() -> None:
    async def scenario() -> None:
        flight, work = SingleFlight[int](), Work()
        first, second = (asyncio.ensure_future(flight.join("a", work)) for _ in range(2))
        await turn()
        first.cancel()
        await turn()
        assert work.canceled == 0
        second.cancel()
        await turn()
        assert work.canceled == 1

    asyncio.run(scenario())


def test_abandoned_work_is_not_joined_and_does_not_end_its_successor() -> None:
    async def scenario() -> None:
        flight, work = SingleFlight[int](), Work()
        abandoned = asyncio.ensure_future(flight.join("a", work))
        await turn()
        abandoned.cancel()
        # Before the canceled work has ended.
        await asyncio.sleep(0)
        successors = [asyncio.ensure_future(flight.join("a", work)) for _ in range(2)]
        await turn()
        successors.append(asyncio.ensure_future(flight.join("a", work)))
        await turn()
        work.release.set()
        assert await asyncio.gather(*successors) == [2, 2, 2]

    asyncio.run(scenario())


def test_every_caller_gets_the_error() -> None:
    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError("no")

    async def scenario() -> None:
        flight = SingleFlight[int]()
        results = await asyncio.gather(*(flight.join("a", fail) for _ in range(2)), return_exceptions=True)
        assert [str(result) for result in results] == ["no", "no"]

    asyncio.run(scenario())


def test_an_error_without_callers_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail_late() -> int:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("no")

    async def scenario() -> None:
        call = asyncio.ensure_future(SingleFlight[int]().join("a", fail_late))
        await turn()
        call.cancel()
        await turn()

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert caplog.records == []


def test_closing_cancels_all_work_and_waits_for_it() -> None:
    async def scenario() -> None:
        flight, work = SingleFlight[int](), Work()
        calls = [asyncio.ensure_future(flight.join(key, work)) for key in "ab"]
        await turn()
        await flight.close()
        assert work.canceled == 2
        await asyncio.gather(*calls, return_exceptions=True)
        assert all(call.cancelled() for call in calls)

    asyncio.run(scenario())
