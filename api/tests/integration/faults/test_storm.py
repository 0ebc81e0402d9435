"""Redis is killed and Postgres restarted under load."""

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
    """When a fault began, and when everything was running again."""

    began: float
    ended: float


async def _storm(
    servers: Servers, api: Program, pause_seconds: float, clients_pause_seconds: float = 0
) -> tuple[Load, list[Fault]]:
    """Stops and restarts Redis, then Postgres, with time to recover and pauses before and after each."""
    storm, over = Load(), asyncio.Event()
    loading = asyncio.create_task(load.run(storm, api.url, over, clients_pause_seconds))
    faults = []
    for kill in (servers.kill_redis, servers.kill_postgres):
        await asyncio.sleep(pause_seconds)
        began = storm.now()
        kill()
        await asyncio.sleep(pause_seconds)
        await asyncio.to_thread(servers.start)
        faults.append(Fault(began, storm.now()))
    await asyncio.sleep(HEALED_SECONDS + pause_seconds)
    over.set()
    await loading
    return storm, faults


def _judge(storm: Load, faults: list[Fault], api: Program) -> None:
    without_redis, without_postgres = faults
    end = storm.now()
    assert storm.bad() == {}, api.written().rpartition("Traceback")[2][:6_000]
    # Redis is only a cache: no request fails because of it.
    assert storm.rejected(0, without_postgres.began) == []
    # Cached responses are served with or without a database.
    assert storm.rejected(0, end, set(HOT)) == []
    assert storm.rejected(without_postgres.began, without_postgres.ended), "Postgres was never unreachable"
    assert storm.rejected(without_postgres.ended + HEALED_SECONDS, end) == []
    assert without_redis.ended < without_postgres.began


@pytest.mark.slow
def test_short_storm(servers: Servers, api: Program) -> None:
    # About 100 requests per second are enough to cover every moment of an outage.
    _judge(*asyncio.run(_storm(servers, api, 0.7, clients_pause_seconds=0.1)), api)


@pytest.mark.slow
def test_long_storm(servers: Servers, api: Program) -> None:
    storm, faults = asyncio.run(_storm(servers, api, 6))
    _judge(storm, faults, api)
    assert storm.now() >= 30
