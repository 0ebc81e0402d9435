from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import databases
from tests.support.databases import Database
from tests.support.serving import Api, forget_everything, serve, settings_for


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
