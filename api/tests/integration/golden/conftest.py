from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.golden.golden import original_ids
from tests.support import databases, ingest
from tests.support.databases import Database
from tests.support.serving import Api, forget_everything, serve, settings_for


@pytest.fixture(scope="package")
def database() -> Iterator[Database]:
    """The published sample, loaded by one run."""
    ingest.require_sample()
    with databases.database() as fresh:
        with ingest.portal() as url:
            ingest.run_ingest(fresh, url)
        yield fresh


@pytest.fixture(scope="package")
def api(database: Database) -> Iterator[Api]:
    forget_everything()
    with serve(settings_for(database)) as running:
        yield running


@pytest.fixture(scope="package")
def ids(database: Database) -> dict[int, int]:
    """Maps our ids to the original's."""
    theirs = original_ids()
    rows = database.run("SELECT request_id, srnumber FROM service_requests")
    return {request_id: theirs[srnumber] for request_id, srnumber in rows}
