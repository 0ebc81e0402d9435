"""The databases that these tests run on."""

from __future__ import annotations

import psycopg
from pipeline_tests import databases
from pipeline_tests.databases import variable


def test_a_database_is_dropped_whichever_role_is_connected() -> None:
    with databases.database() as left:
        sessions = [psycopg.connect(url) for url in (left.loader_url, left.reader_url, left.owner_url)]
    found = databases.ask(
        variable("TEST_ADMIN_URL"), "SELECT count(*) FROM pg_database WHERE datname = %s", left.name
    )
    assert found == [(0,)]
    for session in sessions:
        session.close()
