"""Fifty clients that send or read slowly block neither other clients nor the health check."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.integration.faults.slow import BEGINNINGS, slow_clients, visit
from tests.support.databases import Database, variable
from tests.support.rows import add_large_requests
from tests.support.servers import Program, environment_for, program

CLIENTS, VISITS = 50, 8
# The liveness check, a cached response, and one from the database.
PATHS = ["/status/live", "/types", "/requests/4"]


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Program]:
    add_large_requests(database)
    with program(environment_for(database, variable("TEST_REDIS_URL"))) as running:
        yield running


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_slow_clients_block_no_other(api: Program, kind: str) -> None:
    asyncio.run(_visit_among_slow_clients(api, kind))


async def _visit_among_slow_clients(api: Program, kind: str) -> None:
    async with slow_clients(int(api.url.rpartition(":")[2]), kind, CLIENTS):
        await visit(api.url, PATHS, VISITS)
