"""Separate databases for tests, copied from the migrated template."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql


def variable(name: str) -> str:
    """An environment variable that ``make`` sets for the tests."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run `make test-prefect`", pytrace=False)
    return value


def in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


_open: dict[str, psycopg.Connection[Any]] = {}
_opening = threading.Lock()


def ask(url: str, question: str | sql.Composed, *values: Any) -> list[tuple[Any, ...]]:
    """Run a single statement; returns its rows, if any.

    Connections stay open, because opening one takes longer than most of the tests' statements.
    """
    try:
        cursor = _connected(url).execute(question, values or None)  # type: ignore[arg-type]
    except psycopg.OperationalError:
        if not _open[url].closed:
            raise
        # A test may have restarted the server.
        cursor = _connected(url).execute(question, values or None)  # type: ignore[arg-type]
    return cursor.fetchall() if cursor.description else []


def _connected(url: str) -> psycopg.Connection[Any]:
    with _opening:
        if url not in _open or _open[url].closed:
            # Not prepared: a full load replaces tables, which would break a prepared statement.
            _open[url] = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        return _open[url]


def disconnect(*urls: str) -> None:
    """Close the connections to these addresses, or all."""
    for url in urls or tuple(_open):
        if connection := _open.pop(url, None):
            connection.close()


@dataclass(frozen=True)
class Database:
    """A migrated database; ``rows`` reads it as the API would."""

    name: str
    loader_url: str
    reader_url: str
    owner_url: str

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        return ask(self.reader_url, question, *values)

    def value(self, question: str, *values: Any) -> Any:
        return self.rows(question, *values)[0][0]

    def change(self, statement: str, *values: Any) -> None:
        """Run one statement as the owner."""
        ask(self.owner_url, statement, *values)


@contextmanager
def database(copied: Database | None = None) -> Iterator[Database]:
    """A fresh copy of the template, or of another database; always dropped at the end."""
    name = f"pipeline_{uuid.uuid4().hex[:12]}"
    admin, template = variable("TEST_ADMIN_URL"), copied.name if copied else variable("TEST_TEMPLATE")
    if copied:
        # A database with sessions cannot be copied.
        disconnect(copied.loader_url, copied.reader_url, copied.owner_url)
    urls = [in_database(variable(f"TEST_{role}_URL"), name) for role in ("LOADER", "READER", "ADMIN")]
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    ask(admin, create.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield Database(name, *urls)
    finally:
        disconnect(*urls)
        drop(admin, name)


END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pg_has_role(usename, 'MEMBER')
"""


def drop(admin: str, name: str) -> None:
    """The owner ends the sessions of all roles; a plain DROP waits for them and ends the server's workers.

    DROP WITH (FORCE) would fail while autovacuum is in the database: the owner may not end its worker.
    """
    ask(admin, END_SESSIONS, name)
    ask(admin, sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
