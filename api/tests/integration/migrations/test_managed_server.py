"""On a managed server the owner may create roles, but is neither a superuser nor a member of those roles."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests.support.databases import Database, in_database
from tests.support.servers import own_servers

API = Path(__file__).parents[3]


@pytest.fixture
def bare() -> Iterator[Database]:
    """An empty database with an owner and no other role."""
    with own_servers() as servers:
        with closing(psycopg2.connect(servers.postgres["superuser_url"])) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("REVOKE loader_311 FROM owner_311")
                cursor.execute("ALTER ROLE reader_311 RESET statement_timeout")
                cursor.execute("CREATE DATABASE managed OWNER owner_311")
        urls = (servers.database.owner_url, servers.database.loader_url, servers.database.reader_url)
        yield Database("managed", *(in_database(url, "managed") for url in urls))


@pytest.mark.slow
def test_one_command_makes_all_of_it(bare: Database) -> None:
    settings = {
        "DATABASE_URL": bare.owner_url,
        "DATABASE_LOADER_URL": bare.loader_url,
        "DATABASE_READER_URL": bare.reader_url,
    }
    command = [sys.executable, "-m", "lacity_data_api.migrate"]
    for _ in range(2):
        done = subprocess.run(
            command, cwd=API, env=os.environ | settings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    owner = bare.value("SELECT tableowner FROM pg_tables WHERE tablename = 'service_requests'")
    assert owner == "loader_311"
    assert bare.run("SHOW statement_timeout", url=bare.reader_url) == [("15s",)]
