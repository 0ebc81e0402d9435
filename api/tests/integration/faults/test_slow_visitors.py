"""Fifty clients that send or read slowly delay neither other clients nor the health check."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator

import pytest

from tests.integration.faults.slow import BEGINNINGS, seconds_of_visits, slow_clients
from tests.support.databases import Database, variable
from tests.support.rows import add_large_requests
from tests.support.servers import Program, environment_for, program

CLIENTS, VISITS, ROUNDS = 50, 8, 10
# The liveness check, a cached response, and one from the database.
PATHS = ["/status/live", "/types", "/requests/4"]
# Below this a ratio says more about this machine than about the server.
LEAST_SECONDS = 0.02
STALL_SECONDS = 1.0
Times = dict[str, list[float]]


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Program]:
    add_large_requests(database)
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
        # Other programs may use the processors during some rounds; slow clients are there in all of them.
        for _ in range(ROUNDS):
            if not (slower := _slower(quiet, await seconds_of_visits(api.url, PATHS, VISITS))):
                break
    assert not slower


def _slower(quiet: Times, loaded: Times) -> list[str]:
    """The paths whose p95 under load is more than twice the quiet one, and those that stalled once."""
    return [
        path
        for path in PATHS
        if p95(loaded[path]) > 2 * max(LEAST_SECONDS, p95(quiet[path])) or max(loaded[path]) > STALL_SECONDS
    ]
