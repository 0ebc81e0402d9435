"""Swaps new tables in for the live ones by renaming them."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

import psycopg
from psycopg import sql

from pipeline.database import Connection, fetch, fetch_one, trusted
from pipeline.rollups import RollupCatalog

log = logging.getLogger(__name__)
RAW, SERVED = "requests", "service_requests"
LOCK_TURN_MS, LOCK_PAUSE_SECONDS = 200, 1
LOCK_TURNS, TURNS_PER_WARNING = 1_000, 60
"""More than 15 minutes, the API's time limit for exports (API_EXPORT_SECONDS)."""


def swapped_tables(catalog: RollupCatalog) -> tuple[str, ...]:
    """Every table that a full load rebuilds."""
    return (RAW, SERVED, *catalog.tables)


def identifiers(catalog: RollupCatalog, new_tables: Collection[str]) -> dict[str, sql.Identifier]:
    """Where each table's rows currently are: in the live table, or in the new one before it is swapped in."""
    return {
        table: new_name(table) if table in new_tables else sql.Identifier(table)
        for table in swapped_tables(catalog)
    }


def new_name(name: str) -> sql.Identifier:
    """The name of a new table, or of its index, until it is swapped in."""
    return sql.Identifier(f"{name}_new")


def swap(connection: Connection, tables: tuple[str, ...]) -> None:
    """Give the new tables the names, grants and ids of the live ones, all or none.

    This is the last step of its transaction: readers wait from here until it ends.
    """
    _lock(connection, tables)
    for table in tables:
        grants = fetch(connection, "swap/grants", {"table": table})
        indexes = [row["name"] for row in fetch(connection, "swap/indexes", {"table": table})]
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
        _rename(connection, "TABLE", table)
        for index in indexes:
            _rename(connection, "INDEX", index)
        for grant in grants:
            _grant(connection, table, grant["role"], grant["privilege"])
    if RAW in tables:
        connection.execute("ALTER SEQUENCE requests_new_id_seq RENAME TO requests_id_seq")


def _lock(connection: Connection, tables: tuple[str, ...]) -> None:
    """Lock the tables in short turns with pauses: new readers never queue for long behind this run.

    A turn is shorter than Postgres' deadlock timeout, so no reader is ever canceled because of a deadlock.
    Raises QueryCanceled if readers leave no gap for longer than an export may take. It also tries again after
    pg_cancel_backend; pg_terminate_backend ends it.
    """
    for turn in range(1, LOCK_TURNS + 1):
        try:
            with connection.transaction():
                _lock_in_one_turn(connection, tables)
        except psycopg.errors.QueryCanceled:
            if turn == LOCK_TURNS:
                raise
            if turn % TURNS_PER_WARNING == 1:
                log.warning("readers still use the tables; requesting the lock for the swap again")
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return


def _lock_in_one_turn(connection: Connection, tables: tuple[str, ...]) -> None:
    """Uses statement_timeout, because lock_timeout applies to each table separately."""
    listed = sql.SQL(", ").join(sql.Identifier(table) for table in tables)
    before = sql.Literal(fetch_one(connection, "swap/statement_timeout")["setting"])
    limit = sql.SQL("SET LOCAL statement_timeout = {}")
    connection.execute(limit.format(sql.Literal(LOCK_TURN_MS)))
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(listed))
    connection.execute(limit.format(before))


def _rename(connection: Connection, kind: str, name: str) -> None:
    rename = {
        "TABLE": sql.SQL("ALTER TABLE {} RENAME TO {}"),
        "INDEX": sql.SQL("ALTER INDEX {} RENAME TO {}"),
    }
    connection.execute(rename[kind].format(new_name(name), sql.Identifier(name)))


def _grant(connection: Connection, table: str, role: str, privilege: str) -> None:
    what = trusted(privilege)
    grant = sql.SQL("GRANT {} ON {} TO {}")
    connection.execute(grant.format(what, sql.Identifier(table), sql.Identifier(role)))
