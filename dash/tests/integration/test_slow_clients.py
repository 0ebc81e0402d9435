"""Fifty clients that send or read slowly delay neither the pages of others nor the health check."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest
from support.databases import Database
from support.serving import Reports, serve
from support.slow import BEGINNINGS, seconds_of_visits, slow_clients

CLIENTS, VISITS, ROUNDS = 50, 8, 10
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
    slower = set(PATHS)
    with slow_clients(reports.url, kind, CLIENTS):
        # Other programs on this machine delay a path in some rounds, slow clients would in every one.
        for _ in range(ROUNDS):
            slower &= _slower(quiet, seconds_of_visits(reports.url, PATHS, VISITS))
            if not slower:
                break
    assert not slower


def _slower(quiet: Times, loaded: Times) -> set[str]:
    """The paths whose p95 under load is more than twice the quiet one; the health check within a second."""
    found = {path for path in PATHS if p95(loaded[path]) > 2 * max(LEAST_SECONDS, p95(quiet[path]))}
    return found | ({"/health"} if max(loaded["/health"]) >= 1 else set())
