"""No service has more rights than its work takes."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2 import errors

from tests.support.databases import Database

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
