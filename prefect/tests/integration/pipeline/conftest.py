from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for
from pipeline_tests.standins import Standin, standin

from pipeline import prefect_environment
from portal.controller import Controller
from portal.server import serve

BOTH = ("2cy6-i7zn", "rq3b-xjk8")
OFFICIAL_POLYGONS = Path(__file__).parents[5] / "shared" / "data" / "nc_boundaries_official.geojson"


@pytest.fixture
def database() -> Iterator[Database]:
    with databases.database() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[str]:
    """One Prefect server for the runs that do not have to start their own."""
    environment = dict(os.environ)
    prefect_environment.set_defaults(environment)
    with prefect_environment.own_server(environment) as address:
        yield address


@pytest.fixture
def api(database: Database) -> Iterator[Standin]:
    """The API, Slack and the heartbeat's monitor, in one."""
    with standin(lambda: database.value("SELECT generation FROM data_generation")) as state:
        yield state


@pytest.fixture
def town() -> Iterator[tuple[str, Controller]]:
    """A portal of 3,000 requests for a single test: its address and its controller.

    It publishes the official council polygons if the checkout contains them.
    """
    with small_town() as site:
        yield site


def small_town() -> AbstractContextManager[tuple[str, Controller]]:
    polygons = OFFICIAL_POLYGONS if OFFICIAL_POLYGONS.exists() else None
    return serve(rows=3_000, today=NOW.date(), boundaries_file=polygons)


@pytest.fixture(scope="session")
def loaded_town() -> Iterator[Database]:
    """A database after a run over two datasets of ``town``, one of each schema; meant to be copied."""
    with small_town() as (url, _), databases.database() as loaded:
        run_ingest(settings_for(loaded, url), datasets=BOTH)
        yield loaded


@pytest.fixture
def filled(loaded_town: Database) -> Iterator[Database]:
    """A copy of ``loaded_town``, as the run left it; ``town`` publishes the same requests every time."""
    with databases.database(loaded_town) as copied:
        yield copied
