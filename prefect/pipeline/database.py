"""Connections, the named statements of ``sql/``, and the lock that prevents concurrent runs."""

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
from pipeline.errors import BusyError, UnreachableError, one_line
from pipeline.priority import share_priority

Connection = psycopg.Connection[TupleRow]
STATEMENTS = Path(__file__).parents[1] / "sql"
NAME_LINE = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
CONNECT_TIMEOUT_SECONDS = 10
MERGED_STATUSES = sql.SQL("('merged', 'succeeded', 'partial')")
"""The statuses of runs whose data is stored, as in the database's function ``last_loaded_at()``."""
MALFORMED = "DATABASE_LOADER_URL is not a valid connection URL (are special characters percent-encoded?)"
WITHHELD = (
    "the database cannot be reached; the reason is withheld, because it could contain the password: "
    "DATABASE_LOADER_URL has an unencoded @ or /"
)
# After an unencoded @ or / libpq takes the rest of the password for the host, which its messages contain.
UNAMBIGUOUS = re.compile(r"[^@]*|\w+://[^@/]*@[^@]*")
# A backend notices within this time that its client was killed, and releases the lock and the transaction.
CLIENT_CHECK_MILLISECONDS = 1_000
# A vanished server is noticed within a minute, even while a statement is being sent to it.
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
    """The statement ``act/name``, its ``{placeholders}`` filled with shared lists and these identifiers."""
    act, _, own_name = name.partition("/")
    return statements(act)[own_name].format(**LISTS, merged_statuses=MERGED_STATUSES, **identifiers)


def connect(url: str, purpose: str) -> Connection:
    """A connection in autocommit mode, in UTC, with an application name that identifies this process.

    Raises UnreachableError if the database cannot be reached, or if the URL is malformed.
    """
    connection = _reach(url, f"311 {purpose} @{socket.gethostname()}:{os.getpid()}"[:63])
    connection.execute("SET timezone = 'UTC'")
    connection.execute(f"SET client_connection_check_interval = {CLIENT_CHECK_MILLISECONDS}")
    connection.execute("SET client_min_messages = warning")
    # Every statement runs once, so JIT compilation would cost more than it saves.
    connection.execute("SET jit = off")
    # The merge's view joins more tables than the planner reorders by default; without these settings it would
    # join every stored request before filtering the few that are needed.
    connection.execute("SET join_collapse_limit = 20")
    connection.execute("SET from_collapse_limit = 20")
    connection.execute("SET geqo = off")
    share_priority(connection)
    return connection


def _reach(url: str, name: str) -> Connection:
    try:
        return psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name=name,
            **KEEPALIVES,
        )
    except psycopg.OperationalError as error:
        if not UNAMBIGUOUS.fullmatch(url):
            raise UnreachableError(WITHHELD) from None
        raise UnreachableError(f"the database cannot be reached: {one_line(str(error))}") from error
    except psycopg.ProgrammingError:
        # The message of a malformed URL contains the password.
        raise UnreachableError(MALFORMED) from None


def run(connection: Connection, name: str, parameters: Mapping[str, object] | None = None) -> int:
    """Run a statement without identifiers; returns the number of affected rows."""
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
    """The connection that holds the run lock; the merge runs on it, so losing it aborts the merge.

    Raises BusyError, with the holder's name, if another run has the lock.
    """
    with connect(url, "ingest") as connection:
        if not fetch_one(connection, "runs/lock")["is_ours"]:
            holders = fetch(connection, "runs/lock_holder")
            who = holders[0]["holder"] if holders else "a run that is just ending"
            raise BusyError(f"another run is in progress: {who}")
        try:
            yield connection
        finally:
            _unlock(connection)


def holds_run_lock(connection: Connection) -> bool:
    """Whether this connection still holds the run lock; raises psycopg's error if the connection is lost."""
    return bool(fetch_one(connection, "runs/holds_lock")["is_ours"])


def _unlock(connection: Connection) -> None:
    """Release the lock before the connection closes, so that a run started right afterwards is not rejected.

    If the connection is already broken, the server releases the lock itself.
    """
    with suppress(psycopg.OperationalError, psycopg.InterfaceError):
        run(connection, "runs/unlock")


def refuse_if_busy(url: str) -> None:
    """Raise BusyError immediately if another run holds the lock; a free lock is not taken.

    Raises UnreachableError if the database cannot be reached.
    """
    with connect(url, "lock check") as connection:
        for holder in fetch(connection, "runs/lock_holder"):
            raise BusyError(f"another run is in progress: {holder['holder']}")
