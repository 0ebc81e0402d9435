"""Connections, the named statements of ``sql/``, and the lock that keeps two runs apart."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, dict_row

from pipeline.columns import LISTS
from pipeline.errors import BusyError, UnreachableError

Connection = psycopg.Connection[TupleRow]
STATEMENTS = Path(__file__).parents[1] / "sql"
NAME_LINE = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
CONNECT_TIMEOUT_SECONDS = 10
# A backend notices within this time that its client was killed, and gives up the lock and the transaction.
CLIENT_CHECK_MILLISECONDS = 1_000
# A server that vanished is noticed within a minute, also while a statement is on its way to it.
KEEPALIVES: dict[str, Any] = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def trusted(text: str) -> sql.SQL:
    """SQL that comes from this repository or from Postgres's own catalog, never from data."""
    return sql.SQL(text)


@cache
def statements(act: str) -> dict[str, sql.SQL]:
    """The statements of ``sql/<act>.sql`` by the names in their ``-- name:`` lines."""
    text = (STATEMENTS / f"{act}.sql").read_text(encoding="utf-8")
    _, *parts = NAME_LINE.split(text)
    return {name: trusted(body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def composed(name: str, /, **identifiers: sql.Composable) -> sql.Composed:
    """The statement ``act/name``, its ``{placeholders}`` filled by column lists and by these identifiers."""
    act, _, own_name = name.partition("/")
    return statements(act)[own_name].format(**LISTS, **identifiers)


def connect(url: str, purpose: str) -> Connection:
    """A connection in autocommit mode, in UTC, that names itself and this process to the server.

    Raises UnreachableError when there is none to be had.
    """
    try:
        connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name=f"311 {purpose} @{socket.gethostname()}:{os.getpid()}"[:63],
            **KEEPALIVES,
        )
    except psycopg.OperationalError as error:
        raise UnreachableError(f"the database cannot be reached: {str(error).strip()}") from error
    connection.execute("SET timezone = 'UTC'")
    connection.execute(f"SET client_connection_check_interval = {CLIENT_CHECK_MILLISECONDS}")
    connection.execute("SET client_min_messages = warning")
    # Every statement runs once: compiling it costs more than it saves.
    connection.execute("SET jit = off")
    # The view of the merge joins more tables than the planner reorders by itself; left alone it joins every
    # stored request before it looks which few are wanted.
    connection.execute("SET join_collapse_limit = 20")
    connection.execute("SET from_collapse_limit = 20")
    connection.execute("SET geqo = off")
    return connection


def run(connection: Connection, name: str, parameters: Mapping[str, object] | None = None) -> int:
    """Run a statement that needs no identifiers; returns how many rows it touched."""
    return connection.execute(composed(name), parameters).rowcount


def fetch(
    connection: Connection,
    name: str,
    parameters: Mapping[str, object] | None = None,
    /,
    **identifiers: sql.Composable,
) -> list[dict[str, Any]]:
    """Every row of a statement's result, by column name; ``identifiers`` fill its placeholders."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(composed(name, **identifiers), parameters).fetchall()


def fetch_one(
    connection: Connection,
    name: str,
    parameters: Mapping[str, object] | None = None,
    /,
    **identifiers: sql.Composable,
) -> dict[str, Any]:
    """The only row of a statement's result."""
    (row,) = fetch(connection, name, parameters, **identifiers)
    return row


@contextmanager
def run_lock(url: str) -> Iterator[Connection]:
    """The connection that holds the lock of all runs; the merge runs on it: losing it loses the merge.

    Raises BusyError, with the holder's name, when another run has the lock.
    """
    with connect(url, "ingest") as connection:
        if not fetch_one(connection, "runs/lock")["is_ours"]:
            holders = fetch(connection, "runs/lock_holder")
            who = holders[0] if holders else {"name": "a run that is just ending", "since": ""}
            raise BusyError(f"another run is in progress: {who['name']} {who['since']}".rstrip())
        try:
            yield connection
        finally:
            _unlock(connection)


def _unlock(connection: Connection) -> None:
    """Free the lock before the connection closes, so that a run started right afterwards is not refused.

    When the connection is already broken, the server frees the lock by itself.
    """
    with suppress(psycopg.OperationalError, psycopg.InterfaceError):
        run(connection, "runs/unlock")


def refuse_if_busy(url: str) -> None:
    """Raise BusyError at once when another run holds the lock; a free lock is not taken.

    Raises UnreachableError when there is no database.
    """
    with connect(url, "question") as connection:
        for holder in fetch(connection, "runs/lock_holder"):
            raise BusyError(f"another run is in progress: {holder['name']}, {holder['since']}")
