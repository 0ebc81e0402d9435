"""Temporary databases for benchmarks, copied from a template and dropped afterward."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

PREFIX = "benchmark_"
"""Database names end with the process id."""


@contextmanager
def database(template: str) -> Iterator[str]:
    """Create a temporary copy of the template database; yields the URL of the loader role."""
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
    """Drop the databases left behind by killed benchmarks."""
    named = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    for (name,) in named.fetchall():
        if not Path("/proc", name.removeprefix(PREFIX)).exists():
            _drop(connection, name)


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Drop without FORCE, which a non-superuser may not use while autovacuum is running in the database."""
    connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
