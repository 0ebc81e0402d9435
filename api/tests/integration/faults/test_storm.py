"""Redis is killed and Postgres restarted while visitors keep coming."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.faults import load
from tests.integration.faults.load import HOT, Load
from tests.support.rows import add_requests
from tests.support.servers import Program, Servers, environment_for, own_servers, program

HEALED_SECONDS = 5.0


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with own_servers() as own:
        add_requests(
            own.database, *({"created_date": f"2020-01-{1 + number % 30:02}"} for number in range(300))
        )
        yield own


@pytest.fixture(scope="module")
def api(servers: Servers) -> Iterator[Program]:
    with program(environment_for(servers.database, servers.redis["url"])) as running:
        yield running


@dataclass
class Fault:
    """When it began, and when everything ran again."""

    began: float
    ended: float


async def _storm(servers: Servers, api: Program, seconds: float) -> tuple[Load, list[Fault]]:
    storm = Load()
    loading = asyncio.create_task(load.run(storm, api.url, seconds))
    faults = []
    await asyncio.sleep(seconds * 0.1)
    for kill in (servers.kill_redis, servers.kill_postgres):
        began = storm.now()
        kill()
        await asyncio.sleep(min(2.0, seconds * 0.1))
        await asyncio.to_thread(servers.start)
        faults.append(Fault(began, storm.now()))
        await asyncio.sleep(seconds * 0.2)
    await loading
    return storm, faults


def _judge(storm: Load, faults: list[Fault], seconds: float) -> None:
    without_redis, without_postgres = faults
    assert storm.bad() == {}
    assert storm.rate >= 200
    # Redis is only the cache: nobody is refused because of it.
    assert storm.refused(0, without_postgres.began) == []
    # What is at hand is answered whether or not there is a database.
    assert storm.refused(0, seconds, set(HOT)) == []
    assert storm.refused(without_postgres.ended + HEALED_SECONDS, seconds + 60) == []
    assert without_redis.ended < without_postgres.began


def test_short_storm(servers: Servers, api: Program) -> None:
    storm, faults = asyncio.run(_storm(servers, api, 12))
    _judge(storm, faults, 12)


@pytest.mark.slow
def test_long_storm(servers: Servers, api: Program) -> None:
    storm, faults = asyncio.run(_storm(servers, api, 30))
    _judge(storm, faults, 30)
    assert storm.refused(faults[1].began, faults[1].ended), "Postgres was not away"
