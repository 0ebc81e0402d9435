"""Databases of their own for tests, copied from the migrated template."""

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

NEEDED = ("TEST_ADMIN_URL", "TEST_LOADER_URL", "TEST_READER_URL", "TEST_TEMPLATE")


def variable(name: str) -> str:
    """A variable that ``make`` sets for the tests."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run `make test-prefect`", pytrace=False)
    return value


def in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@dataclass(frozen=True)
class Database:
    """A migrated database; ``rows`` reads it as the API would."""

    name: str
    loader_url: str
    reader_url: str
    owner_url: str

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.reader_url) as connection:
            return connection.execute(question, values or None).fetchall()  # type: ignore[call-overload,no-any-return]

    def value(self, question: str, *values: Any) -> Any:
        return self.rows(question, *values)[0][0]

    def change(self, statement: str, *values: Any) -> None:
        """Run one statement as the owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(statement, values or None)  # type: ignore[call-overload]


@contextmanager
def database() -> Iterator[Database]:
    """A fresh copy of the template, dropped at the end whoever is still connected."""
    name = f"pipeline_{uuid.uuid4().hex[:12]}"
    admin, template = variable("TEST_ADMIN_URL"), variable("TEST_TEMPLATE")
    urls = (in_database(variable(key), name) for key in ("TEST_LOADER_URL", "TEST_READER_URL"))
    with psycopg.connect(admin, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield Database(name, *urls, in_database(admin, name))
    finally:
        # A connection of its own: a test may have restarted the server.
        with psycopg.connect(admin, autocommit=True) as connection:
            _drop(connection, sql.Identifier(name))


def _drop(connection: psycopg.Connection[Any], name: sql.Identifier) -> None:
    """Plainly at first, which waits for who is just leaving and for the server's own workers."""
    try:
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))
    except psycopg.errors.ObjectInUse:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
