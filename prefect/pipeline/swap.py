"""A full load: new tables are built beside the live ones, without indexes at first, and take their names."""

from __future__ import annotations

import logging

import psycopg
from psycopg import sql

from pipeline.database import Connection, columns, composed, fetch, run, trusted
from pipeline.merge import forget_served, name_served
from pipeline.rollups import ROLLUPS, Rollup
from pipeline.staging import Staging

log = logging.getLogger(__name__)
SERVED_TABLES = ("requests", "service_requests")
SWAPPED_TABLES = (*SERVED_TABLES, *(rollup.table for rollup in ROLLUPS))
NOT_IN_FULL_LOAD = "not in a full load"
LOCK_ATTEMPTS = 20
LOCK_TIMEOUT_SECONDS = 2


def keep_others(connection: Connection, staging: Staging, dataset_ids: list[str]) -> None:
    """Carry over the stored rows of every dataset but these, and of these what is refused only now."""
    connection.execute(composed("swap/keep_others", rows=staging.rows), {"dataset_ids": dataset_ids})


def build(connection: Connection) -> None:
    """Fill the new tables from the staged rows; readers notice nothing."""
    for table in SWAPPED_TABLES:
        _create(connection, table)
    run(connection, "swap/continue_ids")
    run(connection, "swap/fill_requests")
    name_served(connection, _new("requests"))
    run(connection, "swap/fill_served")
    forget_served(connection)
    run(connection, "swap/count_days")
    for rollup in ROLLUPS:
        _fill(connection, rollup)
    for table in SWAPPED_TABLES:
        _index(connection, table)
        connection.execute(sql.SQL("ANALYZE {}").format(_new(table)))


def retire_absent(connection: Connection) -> int:
    """Keep what the new tables do not have in ``retired_requests``; returns how many."""
    return run(connection, "swap/retire_absent", {"reason": NOT_IN_FULL_LOAD})


def swap(connection: Connection) -> None:
    """Let the new tables take the names, grants and ids of the live ones, all or none.

    The last step of its transaction: readers wait from here until it ends.
    """
    _lock(connection)
    for table in SWAPPED_TABLES:
        grants = fetch(connection, "swap/grants", {"table": table})
        indexes = [row["name"] for row in fetch(connection, "swap/indexes", {"table": table})]
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
        _rename(connection, "TABLE", table)
        for index in indexes:
            _rename(connection, "INDEX", index)
        for grant in grants:
            _grant(connection, table, grant["role"], grant["privilege"])
    connection.execute("ALTER SEQUENCE requests_new_id_seq RENAME TO requests_id_seq")


def _new(name: str) -> sql.Identifier:
    return sql.Identifier(f"{name}_new")


def tables(*, is_beside: bool) -> dict[str, sql.Identifier]:
    """Where what a name stands for lies: in the live tables, or in new ones that wait to be swapped in."""
    return {table: _new(table) if is_beside else sql.Identifier(table) for table in SWAPPED_TABLES}


def _create(connection: Connection, table: str) -> None:
    connection.execute(composed("swap/create_new", new=_new(table), live=sql.Identifier(table)))
    for row in fetch(connection, "swap/storage", {"table": table}):
        # Postgres's own text of settings that exist.
        settings = trusted(row["settings"])
        connection.execute(sql.SQL("ALTER TABLE {} SET ({})").format(_new(table), settings))


def _fill(connection: Connection, rollup: Rollup) -> None:
    names = {
        "new": _new(rollup.table),
        "dimensions": columns(rollup.dimensions),
        "population": rollup.population,
        "order": columns(rollup.order),
    }
    connection.execute(composed("swap/fill_rollup", **names))


def _index(connection: Connection, table: str) -> None:
    """Give the new table the live one's indexes and key constraints, under names of its own for now."""
    for index in fetch(connection, "swap/indexes", {"table": table}):
        create = (
            sql.SQL("CREATE UNIQUE INDEX {} ON {}")
            if index["is_unique"]
            else sql.SQL("CREATE INDEX {} ON {}")
        )
        # Postgres's own text of an index that exists.
        definition = trusted(index["definition"])
        connection.execute(create.format(_new(index["name"]), _new(table)) + definition)
        if kind := index["constraint_kind"]:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}")
            name = _new(index["name"])
            connection.execute(add.format(_new(table), name, trusted(kind), name))


def _lock(connection: Connection) -> None:
    """Wait for readers in short turns, so that those who come meanwhile do not queue behind this run.

    Raises LockNotAvailable when readers never leave a gap.
    """
    tables = sql.SQL(", ").join(sql.Identifier(table) for table in SWAPPED_TABLES)
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{LOCK_TIMEOUT_SECONDS}s")))
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            with connection.transaction():
                connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))
        except psycopg.errors.LockNotAvailable:
            if attempt == LOCK_ATTEMPTS:
                raise
            log.warning("readers are busy; asking again for the moment of the swap")
        else:
            return


def _rename(connection: Connection, kind: str, name: str) -> None:
    rename = {
        "TABLE": sql.SQL("ALTER TABLE {} RENAME TO {}"),
        "INDEX": sql.SQL("ALTER INDEX {} RENAME TO {}"),
    }
    connection.execute(rename[kind].format(_new(name), sql.Identifier(name)))


def _grant(connection: Connection, table: str, role: str, privilege: str) -> None:
    what = trusted(privilege)
    grant = sql.SQL("GRANT {} ON {} TO {}")
    connection.execute(grant.format(what, sql.Identifier(table), sql.Identifier(role)))
