from __future__ import annotations

from collections.abc import Iterator

import gino
import pytest

from tests.support import bare_asyncpg, databases
from tests.support.databases import Database
from tests.support.serving import Api, forget_everything, serve, settings_for


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", choices=["gino", "asyncpg"], default="gino", help="what the API queries with"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--engine") == "asyncpg":
        gino.create_engine = bare_asyncpg.create_engine


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A database for one module of tests; its own fixtures fill it before ``api`` starts."""
    with databases.database() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Api]:
    """The API on the module's database, with an empty Redis."""
    forget_everything()
    with serve(settings_for(database)) as running:
        yield running
