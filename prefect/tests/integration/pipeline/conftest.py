from __future__ import annotations

from collections.abc import Iterator

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database

from portal.controller import Controller
from portal.server import serve


@pytest.fixture
def database() -> Iterator[Database]:
    with databases.database() as fresh:
        yield fresh


@pytest.fixture
def town() -> Iterator[tuple[str, Controller]]:
    """A portal of 3,000 requests for one test alone: its address and its controller."""
    from pipeline_tests.nights import NOW

    with serve(rows=3_000, today=NOW.date()) as site:
        yield site
