"""Databases for benchmarks, each a copy that is dropped afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

PREFIX = "benchmark_"
"""Names end with the number of the process."""


@contextmanager
def database(template: str) -> Iterator[str]:
    """A database of its own, copied from that one; the loader's address of it."""
    admin, loader = os.environ["TEST_ADMIN_URL"], os.environ["TEST_LOADER_URL"]
    name = f"{PREFIX}{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        _drop_left(connection)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield urlsplit(loader)._replace(path=f"/{name}").geturl()
        finally:
            _drop(connection, name)


def _drop_left(connection: psycopg.Connection) -> None:
    """Drop what a benchmark that was killed has left: a copy of the city."""
    named = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    for (name,) in named.fetchall():
        if not Path("/proc", name.removeprefix(PREFIX)).exists():
            _drop(connection, name)


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Without FORCE, which a role that is no superuser may not use while autovacuum is at work there."""
    connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
