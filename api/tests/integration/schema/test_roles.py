"""No service has more privileges than it needs."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2 import errors

from tests.support.databases import Database, in_database, variable

ROLES = ("READER", "LOADER")
TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY 1
"""
WRITES = [
    "INSERT INTO {table} DEFAULT VALUES",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "ALTER TABLE {table} RENAME TO stolen",
    "DROP TABLE {table}",
]


@pytest.fixture(scope="module")
def tables(database: Database) -> list[str]:
    return [name for (name,) in database.run(TABLES)]


def test_reader_reads_everything(database: Database, tables: list[str]) -> None:
    for table in tables:
        database.run(f"SELECT count(*) FROM {table}", url=database.reader_url)


@pytest.mark.parametrize("write", WRITES)
def test_reader_changes_nothing(database: Database, tables: list[str], write: str) -> None:
    for table in tables:
        with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            database.run(write.format(table=table), url=database.reader_url)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id integer)",
        "CREATE SCHEMA mine",
        "COPY requests TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SET ROLE owner_311",
        "SET ROLE loader_311",
    ],
)
def test_reader_may_not(database: Database, statement: str) -> None:
    with pytest.raises(psycopg2.Error) as rejected:
        database.run(statement, url=database.reader_url)
    assert isinstance(rejected.value, errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'stored')",
        "SELECT pg_advisory_lock(311, 1)",
        "SELECT pg_try_advisory_lock(311)",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
        "SELECT pg_cancel_backend(1)",
    ],
)
def test_reader_may_not_call(database: Database, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        database.run(statement, url=database.reader_url)


def test_reader_makes_no_temporary_tables() -> None:
    """A privilege on the database itself, which a copy does not inherit."""
    reader, loader = (in_database(variable(f"TEST_{role}_URL"), variable("TEST_TEMPLATE")) for role in ROLES)
    template = Database("", reader, loader, reader)
    temporary = "CREATE TEMPORARY TABLE mine (id integer)"
    with pytest.raises(errors.InsufficientPrivilege):
        template.run(temporary, url=reader)
    template.run(f"{temporary} ON COMMIT DROP", url=loader)


@pytest.mark.parametrize("name", ["postgres", "template1"])
def test_reader_connects_to_no_other_database(name: str) -> None:
    """The reader's limits apply only in our database."""
    reader, loader = (in_database(variable(f"TEST_{role}_URL"), name) for role in ROLES)
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(reader)
    psycopg2.connect(loader).close()


def test_readers_leave_connections_to_others(database: Database) -> None:
    limit = database.value("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'reader_311'")
    assert 0 < limit <= int(database.value("SHOW max_connections")) - 20


@pytest.mark.parametrize("role", ["loader", "reader"])
def test_the_server_notices_a_vanished_client_within_a_minute(database: Database, role: str) -> None:
    url = getattr(database, f"{role}_url")
    shown = [
        int(database.run(f"SHOW tcp_keepalives_{name}", url=url)[0][0])
        for name in ("idle", "interval", "count")
    ]
    idle, interval, count = shown
    assert 0 < idle + interval * count <= 60
    assert (
        0
        < int(database.run("SELECT setting FROM pg_settings WHERE name = 'tcp_user_timeout'", url=url)[0][0])
        <= 60_000
    )


def test_loader_may_lock_and_end_sessions(database: Database) -> None:
    may_end = "has_function_privilege('pg_terminate_backend(integer, bigint)', 'execute')"
    assert database.run(f"SELECT pg_try_advisory_lock(311, 99), {may_end}", url=database.loader_url) == [
        (True, True)
    ]


def test_reader_sees_tables_that_a_full_load_makes(database: Database) -> None:
    database.run("CREATE TABLE of_the_loader AS SELECT 1 AS one", url=database.loader_url)
    try:
        assert database.run("SELECT one FROM of_the_loader", url=database.reader_url) == [(1,)]
    finally:
        database.run("DROP TABLE of_the_loader", url=database.loader_url)


@pytest.mark.parametrize("table", ["alembic_version", "spatial_ref_sys"])
def test_loader_leaves_the_schema_alone(database: Database, table: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        database.run(f"DELETE FROM {table}", url=database.loader_url)


def test_loader_may_swap_tables(database: Database) -> None:
    for statement in ("RENAME TO old_requests", "RENAME TO requests"):
        name = "requests" if "old" in statement else "old_requests"
        database.run(f"ALTER TABLE {name} {statement}", url=database.loader_url)
