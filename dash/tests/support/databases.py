"""Separate databases for tests, copied from the migrated template."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

ATTEMPTS = 10


def variable(name: str) -> str:
    """An environment variable that ``make`` sets for the tests."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run `make test-dash`", pytrace=False)
    return value


def in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@dataclass(frozen=True)
class Database:
    """A migrated database; the owner's connection can read and change everything."""

    name: str
    owner_url: str
    reader_url: str

    def run(self, statement: Any, values: Any = None) -> list[tuple[Any, ...]]:
        """Run one statement as the owner and commit; its rows, if any."""
        with psycopg.connect(self.owner_url) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def shut(self) -> None:
        """Make Postgres refuse connections to this database, and end those of the reports."""
        self._allow_connections(is_allowed=False)
        end_readers(self.name)

    def open_again(self) -> None:
        self._allow_connections(is_allowed=True)

    def _allow_connections(self, *, is_allowed: bool) -> None:
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        with psycopg.connect(variable("TEST_ADMIN_URL"), autocommit=True) as admin:
            admin.execute(statement.format(sql.Identifier(self.name), sql.Literal(is_allowed)))

    def rows(self, query: str, **values: Any) -> list[list[Any]]:
        """Rows as a report has them: dates as ISO text."""
        found = self.run(query, values)
        return [[cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in row] for row in found]

    def value(self, query: str, **values: Any) -> Any:
        return self.run(query, values)[0][0]


def end_readers(name: str) -> None:
    """End the reports' connections to a database, as the owner, who is a member of their role."""
    with psycopg.connect(variable("TEST_ADMIN_URL")) as admin:
        _end(admin, name, urlsplit(variable("TEST_READER_URL")).username)


def _end(connection: psycopg.Connection[Any], name: str, role: str | None) -> None:
    """End the sessions of the role, or those of the connection's own role."""
    theirs = "FROM pg_stat_activity WHERE datname = %s AND usename = coalesce(%s, current_user)"
    connection.execute(f"SELECT pg_terminate_backend(pid) {theirs}", [name, role])


@contextmanager
def database(template: str = "") -> Iterator[Database]:
    """A fresh copy of the template, or of another database, dropped at the end."""
    name = f"dash_{uuid.uuid4().hex[:12]}"
    admin, copied = variable("TEST_ADMIN_URL"), template or variable("TEST_TEMPLATE")
    with psycopg.connect(admin, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(copied)))
        try:
            yield Database(name, in_database(admin, name), in_database(variable("TEST_READER_URL"), name))
        finally:
            _drop(connection, name)


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop a database; a pool that is still open can no longer connect to it.

    A plain DROP ends the server's own workers. WITH (FORCE) would fail while autovacuum is in the database:
    the owner may not end its worker.
    """
    connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    for attempt in range(ATTEMPTS):
        end_readers(name)
        _end(connection, name, None)
        try:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return
