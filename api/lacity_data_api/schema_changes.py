"""Schema changes that keep no reader waiting; for the revisions under ``alembic/versions``.

A plain ``ALTER TABLE`` queues behind every running query, and every later query queues behind it. Here a
lock is taken at once or not at all, and waiting happens without holding or queueing for anything.
"""

from __future__ import annotations

import time

from alembic import op
from sqlalchemy import text

LOCK_PATIENCE_SECONDS = 900.0
"""Longer than the longest export may take."""
PAUSE_SECONDS = 0.2
BATCH_ROWS = 50_000

INVALID_INDEX = text(
    "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"  # null: there is none
)


def lock_tables(*tables: str, patience_seconds: float = LOCK_PATIENCE_SECONDS) -> None:
    """Lock all tables exclusively for the rest of this revision's transaction, which must hold no lock yet.

    No reader queues behind the attempt. Raises TimeoutError when they never leave a gap.
    """
    connection = op.get_bind()
    deadline = time.monotonic() + patience_seconds
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
                raise TimeoutError(f"{', '.join(tables)} were in use for {patience_seconds:.0f} s") from error
        else:
            attempt.commit()
            return
        time.sleep(PAUSE_SECONDS)


def create_index(name: str, definition: str) -> None:
    """``CREATE INDEX CONCURRENTLY name definition``, repeatable: an invalid leftover is replaced.

    Ends the revision's transaction so far; what follows runs in a new one.
    """
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        connection.execute("SET lock_timeout = 0")  # it waits for old transactions and blocks none
        try:
            if connection.execute(INVALID_INDEX, name=name).scalar():
                connection.execute(f"DROP INDEX CONCURRENTLY {name}")
            connection.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} {definition}")
        finally:
            connection.execute("RESET lock_timeout")


def replace_index(name: str, table: str, definition: str) -> None:
    """Build a new index next to the one of this name, then let it take the name."""
    create_index(f"{name}_next", f"ON {table} {definition}")
    lock_tables(table)
    op.execute(f"DROP INDEX IF EXISTS {name}")
    op.execute(f"ALTER INDEX {name}_next RENAME TO {name}")


def add_rollups(catalog: str, *rollups: str) -> None:
    """Run the SQL that enters these rollups into the catalog, then make and fill them.

    A run that is writing knows the catalog of before: the new tables are filled when it has ended.
    """
    op.execute("LOCK TABLE service_requests IN SHARE MODE")
    op.execute(catalog)
    for rollup in rollups:
        op.execute(f"SELECT create_rollup('{rollup}')")


def drop_rollups(*rollups: str) -> None:
    """Take these rollups out of the catalog, and drop their tables."""
    names = ", ".join(f"'{rollup}'" for rollup in rollups)
    op.execute(f"DELETE FROM rollup_catalog WHERE rollup IN ({names})")  # noqa: S608 -- names of a revision, not of a client
    op.execute(f"DROP TABLE {', '.join(rollups)}")


def update_in_batches(table: str, key: str, statement: str) -> None:
    """Run an UPDATE that names ``:first`` and ``:last`` over the whole table, one commit per batch.

    Ends the revision's transaction so far. The statement must be one that may run twice.
    """
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        connection.execute("SET lock_timeout = 0")  # it only waits for rows that a run is writing
        first, last = connection.execute(f"SELECT min({key}), max({key}) FROM {table}").fetchone()  # noqa: S608
        while first is not None and first <= last:
            connection.execute(text(statement), first=first, last=first + BATCH_ROWS - 1)
            first += BATCH_ROWS
        connection.execute("RESET lock_timeout")
