"""Fifty clients that send or read slowly delay neither the pages of others nor the health check."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest
from support.databases import Database
from support.serving import Reports, serve
from support.slow import BEGINNINGS, seconds_of_visits, slow_clients

CLIENTS, VISITS = 50, 8
PATHS = ["/health", "/recent", "/ready"]
# Below this a ratio says more about this machine than about the server.
LEAST_SECONDS = 0.02
Times = dict[str, list[float]]


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
        # Another program on this machine may use the processor during one round, but hardly during all five.
        for _ in range(5):
            loaded = seconds_of_visits(reports.url, PATHS, VISITS)
            assert max(loaded["/health"]) < 1
            if slower := _slower(quiet, loaded):
                continue
            break
    assert not slower


def _slower(quiet: Times, loaded: Times) -> list[str]:
    """The paths whose p95 under load is more than twice the quiet one."""
    return [path for path in PATHS if p95(loaded[path]) > 2 * max(LEAST_SECONDS, p95(quiet[path]))]
