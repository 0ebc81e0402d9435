"""Fifty clients that send or read slowly block neither the pages of others nor the health check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.databases import Database
from support.serving import Reports, serve
from support.slow import BEGINNINGS, slow_clients, visit

CLIENTS, VISITS = 50, 8
PATHS = ["/health", "/recent", "/ready"]


@pytest.fixture(scope="module")
def reports(city: Database) -> Iterator[Reports]:
    with serve(city.reader_url) as running:
        yield running


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_slow_clients_block_no_other(reports: Reports, kind: str) -> None:
    with slow_clients(reports.url, kind, CLIENTS):
        for path in PATHS * VISITS:
            visit(reports.url, path)
