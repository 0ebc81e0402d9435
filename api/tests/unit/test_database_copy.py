"""The parts of an export, as they arrive from Postgres."""

from __future__ import annotations

import asyncio

import pytest

from lacity_data_api import database


def test_a_small_part_is_followed_by_a_pause_in_which_more_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Postgres sends 8 kB at a time; each part received on its own costs a wakeup on both sides."""
    done: list[object] = []

    async def pause(seconds: float) -> None:
        done.append(seconds)

    async def output(part: bytes) -> None:
        done.append(len(part))

    monkeypatch.setattr(asyncio, "sleep", pause)
    pass_on = database.in_large_parts(output)
    for size in (8_192, database.SMALL_PART_BYTES, 100):
        asyncio.run(pass_on(bytes(size)))
    assert done == [8_192, database.GATHER_SECONDS, 65_536, 100, database.GATHER_SECONDS]
