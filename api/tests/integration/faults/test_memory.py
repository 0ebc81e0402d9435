"""The memory that large responses take is given back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.databases import Database, variable
from tests.support.rows import add_large_requests
from tests.support.servers import Program, environment_for, program
from tests.support.waiting import until

LARGE = "/requests?limit={}&start_date=2020-01-01&end_date=2020-01-31"
MAX_GROWTH_MB = 150


def _megabytes(api: Program) -> float:
    """The memory of the only worker, which is the process that uses the most."""
    children = Path(f"/proc/{api.process.pid}/task/{api.process.pid}/children").read_text().split()
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in (*children, str(api.process.pid))]
    return max(int(text.split("VmRSS:")[1].split()[0]) / 1024 for text in statuses)


@pytest.mark.slow
@pytest.mark.parametrize("number", [10, 120])
def test_memory_of_large_responses_is_given_back(database: Database, number: int) -> None:
    most = add_large_requests(database)
    small = {"API_WORKERS": "1", "CACHE_MEMORY_MB": "1"}
    with program(environment_for(database, variable("TEST_REDIS_URL"), **small)) as api:
        assert _bytes_of(api, most) > 5_000_000
        before = _megabytes(api)
        with ThreadPoolExecutor(min(40, number)) as clients:
            list(clients.map(lambda one: _bytes_of(api, 19_000 + one), range(number)))
        assert until(lambda: _megabytes(api) < before + MAX_GROWTH_MB), _megabytes(api)


def _bytes_of(api: Program, rows: int) -> int:
    plain = {"Accept-Encoding": "identity"}
    return len(httpx.get(api.url + LARGE.format(rows), timeout=60, headers=plain).content)
