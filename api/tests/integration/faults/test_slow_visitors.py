"""Fifty clients that send or read slowly leave others their responses, and the health check its answer."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator

import pytest

from tests.integration.faults.slow import BEGINNINGS, seconds_of_visits, slow_clients
from tests.integration.faults.test_slow_clients import MANY_REQUESTS
from tests.support.databases import Database, variable
from tests.support.servers import Program, environment_for, program

CLIENTS, VISITS = 50, 10
# Alive, cached, and from the database.
PATHS = ["/status/live", "/types", "/requests/4"]
# Below this a ratio says more about this machine than about the server.
LEAST_SECONDS = 0.02


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Program]:
    database.run(MANY_REQUESTS)
    with program(environment_for(database, variable("TEST_REDIS_URL"))) as running:
        yield running


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_slow_clients_slow_down_no_other(api: Program, kind: str) -> None:
    asyncio.run(_compare(api, kind))


async def _compare(api: Program, kind: str) -> None:
    quiet = await seconds_of_visits(api.url, PATHS, VISITS)
    async with slow_clients(int(api.url.rpartition(":")[2]), kind, CLIENTS):
        # Another program of this machine may take the processor during one round, hardly during three.
        rounds = [await seconds_of_visits(api.url, PATHS, VISITS) for _ in range(3)]
    assert max(max(loaded["/status/live"]) for loaded in rounds) < 1
    for path in PATHS:
        best = min(p95(loaded[path]) for loaded in rounds)
        assert best < 2 * max(LEAST_SECONDS, p95(quiet[path])), path
