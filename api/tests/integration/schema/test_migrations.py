"""The schema is migrated up, down and up again, repeatedly, concurrently, and while the API serves."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from lacity_data_api.migrate import ensure_roles
from tests.support import databases
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import forget_everything, serve, settings_for

API = Path(__file__).parents[3]
# Objects created by PostGIS are not ours.
SCHEMA = """
SELECT table_name, column_name, data_type, is_nullable, column_default
  FROM information_schema.columns
 WHERE table_schema = 'public'
   AND table_name NOT IN ('spatial_ref_sys', 'geometry_columns', 'geography_columns')
 ORDER BY 1, ordinal_position
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
GRANTS = """
SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges
 WHERE table_schema = 'public' ORDER BY 1, 2, 3
"""


@pytest.fixture
def database() -> Iterator[Database]:
    with databases.database() as fresh:
        yield fresh


def _alembic(database: Database, *arguments: str) -> None:
    environment = os.environ | {"DATABASE_URL": database.owner_url, "PYTHONPATH": str(API)}
    line = [sys.executable, "-m", "alembic", "-c", str(API / "alembic.ini"), *arguments]
    done = subprocess.run(line, cwd=API, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _look(database: Database) -> list[list[tuple[object, ...]]]:
    return [database.run(question) for question in (SCHEMA, INDEXES, GRANTS)]


def _migrate(**environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "lacity_data_api.migrate"]
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(line, cwd=API, env=environment, capture_output=True, text=True, check=False)


def test_the_schema_of_a_later_release_is_left_as_it_is(database: Database) -> None:
    """A release that was rolled back could neither start nor be followed by a deployment."""
    database.run("UPDATE alembic_version SET version_num = '9999'")
    before = _look(database)
    done = _migrate(DATABASE_URL=database.owner_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "revision 9999, is that of a later release" in done.stdout
    assert _look(database) == before
    assert database.value("SELECT version_num FROM alembic_version") == "9999"


def test_a_migration_that_fails_is_no_later_release(database: Database) -> None:
    database.run("UPDATE alembic_version SET version_num = '0030'")
    assert _migrate(DATABASE_URL=database.owner_url).returncode != 0


def test_up_down_and_up_again_is_the_same(database: Database) -> None:
    before = _look(database)
    types = database.run("SELECT * FROM request_types ORDER BY type_id")
    _alembic(database, "downgrade", "base")
    assert [row for row in database.run(SCHEMA) if row[0] != "alembic_version"] == []
    _alembic(database, "upgrade", "head")
    assert _look(database) == before
    assert database.run("SELECT * FROM request_types ORDER BY type_id") == types


def test_twice_and_at_once_changes_nothing(database: Database) -> None:
    _alembic(database, "downgrade", "-1")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: _alembic(database, "upgrade", "head"), range(2)))
    before = _look(database)
    _alembic(database, "upgrade", "head")
    assert _look(database) == before


def test_while_the_api_serves(database: Database) -> None:
    add_requests(database, {})
    forget_everything()
    with serve(settings_for(database)) as api, ThreadPoolExecutor(1) as pool:
        migrating = pool.submit(_alembic, database, "upgrade", "head")
        statuses = set()
        while not migrating.done():
            statuses.add(api.get("/requests", skip=len(statuses)).status_code)
        migrating.result()
    assert statuses == {200}


def test_roles_are_made_once_and_given_their_password(database: Database) -> None:
    role = f"made_{uuid.uuid4().hex[:8]}"
    try:
        for password in ("first", "second 'quoted'"):
            url = f"postgresql://{role}:{quote(password)}@127.0.0.1:1/la311"
            ensure_roles({"DATABASE_URL": database.owner_url, "DATABASE_READER_URL": url})
            reached = database.owner_url.rpartition("@")[2]
            database.run("SELECT 1", url=f"postgresql://{role}:{quote(password)}@{reached}")
    finally:
        database.run(f"DROP ROLE IF EXISTS {role}")


@pytest.mark.parametrize("url", ["postgres//owner:s3cret@db/la311", "postgresql://owner:pa@s3cret@db/la311"])
def test_a_malformed_owner_url_is_reported_without_its_password(url: str) -> None:
    with pytest.raises(SystemExit) as raised:
        ensure_roles({"DATABASE_URL": url})
    assert "DATABASE_URL is not a valid connection URL" in str(raised.value)
    assert "s3cret" not in str(raised.value)
