"""Fifty clients that send or read slowly leave the others their pages, and the health check its answer."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest
from support.databases import Database
from support.serving import Reports, serve
from support.slow import BEGINNINGS, seconds_of_visits, slow_clients

CLIENTS, VISITS = 50, 10
PATHS = ["/health", "/recent", "/ready"]
# Below this a ratio says more about this machine than about the server.
LEAST_SECONDS = 0.02


@pytest.fixture(scope="module")
def reports(city: Database) -> Iterator[Reports]:
    with serve(city.reader_url) as running:
        yield running


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_slow_clients_slow_down_no_other(reports: Reports, kind: str) -> None:
    quiet = seconds_of_visits(reports.url, PATHS, VISITS)
    with slow_clients(reports.url, kind, CLIENTS):
        # Another program of this machine may take the processor during one round, hardly during three.
        rounds = [seconds_of_visits(reports.url, PATHS, VISITS) for _ in range(3)]
    assert max(max(loaded["/health"]) for loaded in rounds) < 1
    for path in PATHS:
        best = min(p95(loaded[path]) for loaded in rounds)
        assert best < 2 * max(LEAST_SECONDS, p95(quiet[path])), path
