"""Separate databases for tests, copied from the migrated template."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2 import sql


def variable(name: str) -> str:
    """An environment variable that ``make`` sets for the tests."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run `make test-api`", pytrace=False)
    return value


def in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


# Every rollup counted from scratch, as the catalog describes it.
RECOUNT = """
DO $$
DECLARE entry record;
BEGIN
    FOR entry IN
        SELECT rollup, array_to_string(dimensions || measures, ', ') AS columns FROM rollup_catalog
    LOOP
        EXECUTE format('DELETE FROM %I', entry.rollup);
        EXECUTE format('INSERT INTO %I (%s) %s', entry.rollup, entry.columns, rollup_select(entry.rollup));
    END LOOP;
END
$$
"""


@dataclass(frozen=True)
class Database:
    """A migrated database, empty except for the reference data."""

    name: str
    owner_url: str
    loader_url: str
    reader_url: str

    @contextmanager
    def cursor(self, url: str = "") -> Iterator[Any]:
        """One transaction, as the owner unless another URL is given."""
        connecting = closing(psycopg2.connect(url or self.owner_url))
        with connecting as connection, connection, connection.cursor() as cursor:
            yield cursor

    def run(self, statement: str, *values: Any, url: str = "") -> list[tuple[Any, ...]]:
        """Run one statement and commit; its rows, if any."""
        with self.cursor(url) as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, query: str, *values: Any) -> Any:
        return self.run(query, *values)[0][0]

    @contextmanager
    def load(self) -> Iterator[Any]:
        """A cursor for changing requests; rollups and generation are updated in the same transaction."""
        with self.cursor() as cursor:
            yield cursor
            cursor.execute(RECOUNT)
            cursor.execute("UPDATE data_generation SET generation = generation + 1, changed_at = now()")


@contextmanager
def database(template: str = "") -> Iterator[Database]:
    """A fresh copy of the template, dropped at the end in any case."""
    name = f"api_{uuid.uuid4().hex[:12]}"
    admin, copied = variable("TEST_ADMIN_URL"), template or variable("TEST_TEMPLATE")
    with closing(psycopg2.connect(admin)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            cursor.execute(create.format(sql.Identifier(name), sql.Identifier(copied)))
            try:
                urls = (variable(f"TEST_{role}_URL") for role in ("ADMIN", "LOADER", "READER"))
                yield Database(name, *(in_database(url, name) for url in urls))
            finally:
                _drop(cursor, name)


END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pg_has_role(usename, 'MEMBER')
"""


def _drop(cursor: Any, name: str) -> None:
    """The owner ends the sessions of all roles; a plain DROP waits for them and ends the server's workers.

    DROP WITH (FORCE) would fail while autovacuum is in the database: the owner may not end its worker.
    """
    cursor.execute(END_SESSIONS, [name])
    cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
