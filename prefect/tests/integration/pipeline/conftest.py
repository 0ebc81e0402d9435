from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database

from portal.controller import Controller
from portal.server import serve

OFFICIAL_POLYGONS = Path(__file__).parents[5] / "shared" / "data" / "nc_boundaries_official.geojson"


@pytest.fixture
def database() -> Iterator[Database]:
    with databases.database() as fresh:
        yield fresh


@pytest.fixture
def town() -> Iterator[tuple[str, Controller]]:
    """A portal of 3,000 requests for one test alone: its address and its controller.

    It publishes the official council polygons where they are in the checkout.
    """
    from pipeline_tests.nights import NOW

    polygons = OFFICIAL_POLYGONS if OFFICIAL_POLYGONS.exists() else None
    with serve(rows=3_000, today=NOW.date(), boundaries_file=polygons) as site:
        yield site
