"""Schema changes that do not block readers; for the revisions under ``alembic/versions``.

A plain ``ALTER TABLE`` queues behind every running query, and every later query queues behind it. Here a
lock that excludes readers is taken immediately or not at all, and waiting happens without holding or queueing
for any such lock.

In a revision, the calls that commit come first, so that it can be repeated if it is interrupted; before them
only statements that can be repeated, such as ``CREATE OR REPLACE FUNCTION``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import text
from sqlalchemy.engine import Connection

LOCK_TIMEOUT_SECONDS = 900.0
"""Longer than the time limit of an export."""
PAUSE_SECONDS = 0.2
BATCH_ROWS = 50_000

SET_LOCK_TIMEOUT = text("SELECT set_config('lock_timeout', :limit, false)")
INVALID_INDEX = text(
    "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"  # null: there is none
)


def lock_tables(*tables: str, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> None:
    """Lock all tables exclusively for the rest of this revision's transaction, which must not hold locks yet.

    No reader queues behind the attempt. Raises TimeoutError if readers never leave a gap.
    """
    connection = op.get_bind()
    deadline = time.monotonic() + timeout_seconds
    lock = text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE NOWAIT")
    while True:
        attempt = connection.begin_nested()
        try:
            connection.execute(lock)
        except Exception as error:
            attempt.rollback()
            if getattr(getattr(error, "orig", None), "pgcode", None) != "55P03":
                raise
            if time.monotonic() > deadline:
                raise TimeoutError(f"{', '.join(tables)} were in use for {timeout_seconds:.0f} s") from error
        else:
            attempt.commit()
            return
        time.sleep(PAUSE_SECONDS)


def exclude_writers(table: str) -> None:
    """Wait until no run is writing the table, and let none begin for the rest of this revision's transaction.

    The transaction must not hold locks yet. Readers do not wait, neither during the attempt nor afterwards.
    """
    connection = op.get_bind()
    with _lock_timeout(connection, LOCK_TIMEOUT_SECONDS):
        connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def create_index(name: str, definition: str) -> None:
    """``CREATE INDEX CONCURRENTLY name definition``; can be repeated: an invalid leftover is replaced.

    Commits the revision's transaction so far; later statements run in a new one.
    """
    with _outside_a_transaction() as connection:
        if connection.execute(INVALID_INDEX, name=name).scalar():
            connection.execute(f"DROP INDEX CONCURRENTLY {name}")
        connection.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} {definition}")


def drop_index(name: str) -> None:
    """``DROP INDEX CONCURRENTLY name``; can be repeated, and commits as ``create_index`` does."""
    with _outside_a_transaction() as connection:
        connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


@contextmanager
def _outside_a_transaction() -> Iterator[Connection]:
    """Without a limit: what runs here waits for old transactions and for written rows, and blocks none."""
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        with _lock_timeout(connection, 0):
            yield connection


@contextmanager
def _lock_timeout(connection: Connection, seconds: float) -> Iterator[None]:
    """This limit for the block, then the runner's again; after an error, the runner ends.

    RESET would restore the limit of the server, which is none.
    """
    before = connection.execute("SHOW lock_timeout").scalar()
    connection.execute(SET_LOCK_TIMEOUT, limit=f"{seconds:.0f}s")
    yield
    connection.execute(SET_LOCK_TIMEOUT, limit=before)


def replace_index(name: str, table: str, definition: str) -> None:
    """Build a new index next to the one with this name, then swap the names.

    Commits as ``create_index`` does, and ends with the table locked: do slow work
    in another transaction, such as the one that the next ``create_index`` begins.
    """
    create_index(f"{name}_next", f"ON {table} {definition}")
    lock_tables(table)
    op.execute(f"DROP INDEX IF EXISTS {name}")
    op.execute(f"ALTER INDEX {name}_next RENAME TO {name}")


def add_rollups(catalog: str, *rollups: str) -> None:
    """Run the SQL that adds these rollups to the catalog, then create and fill them.

    A run in progress has read the old catalog, so the new tables are filled after it has ended.
    """
    exclude_writers("service_requests")
    op.execute(catalog)
    for rollup in rollups:
        op.execute(f"SELECT create_rollup('{rollup}')")


def drop_rollups(*rollups: str) -> None:
    """Remove these rollups from the catalog, and drop their tables."""
    names = ", ".join(f"'{rollup}'" for rollup in rollups)
    op.execute(f"DELETE FROM rollup_catalog WHERE rollup IN ({names})")  # noqa: S608 -- names of a revision, not of a client
    op.execute(f"DROP TABLE {', '.join(rollups)}")


def update_in_batches(table: str, key: str, statement: str) -> None:
    """Run an UPDATE with ``:first`` and ``:last`` over the whole table, one commit per batch.

    Commits the revision's transaction so far. The statement must be idempotent.
    """
    with _outside_a_transaction() as connection:
        first, last = connection.execute(f"SELECT min({key}), max({key}) FROM {table}").fetchone()  # noqa: S608
        while first is not None and first <= last:
            connection.execute(text(statement), first=first, last=first + BATCH_ROWS - 1)
            first += BATCH_ROWS
