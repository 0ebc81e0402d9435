"""New tables next to the live ones, without indexes at first, that take their names: full loads and rebuilds."""

from __future__ import annotations

import logging
from dataclasses import replace

import psycopg
from psycopg import sql

from pipeline import reference, rollups
from pipeline.database import Connection, composed, fetch, run, trusted
from pipeline.differences import find_changes, forget_served, keep_one_row_each, name_served, write_requests
from pipeline.job import Job
from pipeline.result import Written

log = logging.getLogger(__name__)
RAW, SERVED = "requests", "service_requests"
NOT_IN_FULL_LOAD = "not in a full load"
LOCK_ATTEMPTS = 20
LOCK_TIMEOUT_SECONDS = 2


def merge(job: Job, *, is_first: bool) -> Written:
    """A full load: every table is made again from the staged rows, and waits to be swapped in."""
    connection, complete = job.connection, [] if is_first else job.read_ids
    if not is_first:
        statement = composed("swap/keep_others", rows=job.staging.rows)
        connection.execute(statement, {"dataset_ids": complete})
    superseded = keep_one_row_each(job)
    rows = find_changes(job, complete)
    new_codes = reference.resolve(connection, job.city, reference.STAGED)
    tables = _build(job, with_requests=True)
    retired = run(connection, "swap/retire_absent", {"reason": NOT_IN_FULL_LOAD})
    return Written(
        rows,
        superseded=superseded,
        retired=retired,
        new_codes=new_codes,
        new_tables=tables,
        # Served rows and rollups are new even where no request differs: clients have to ask again.
        is_rebuilt=not is_first,
    )


def rebuild(job: Job) -> Written:
    """Requests by difference; everything that is served is made again and waits to be swapped in."""
    written = write_requests(job)
    new_codes = reference.resolve(job.connection, job.city, sql.Identifier(RAW))
    tables = _build(job, with_requests=False)
    log.info("every served row was made again: the city's declaration has changed")
    return replace(written, new_codes=new_codes, new_tables=tables, is_rebuilt=True)


def swapped_tables(catalog: rollups.RollupCatalog) -> tuple[str, ...]:
    """Every table that a full load makes again."""
    return (RAW, SERVED, *catalog.tables)


def identifiers(job: Job, written: Written) -> dict[str, sql.Identifier]:
    """Where each table's rows are now: in the live table, or in the new one that is yet to be swapped in."""
    return {
        table: _new(table) if table in written.new_tables else sql.Identifier(table)
        for table in swapped_tables(job.catalog)
    }


def swap(connection: Connection, tables: tuple[str, ...]) -> None:
    """Let the new tables take the names, grants and ids of the live ones, all or none.

    The last step of its transaction: readers wait from here until it ends.
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


def _build(job: Job, *, with_requests: bool) -> tuple[str, ...]:
    """Fill the new tables; readers notice nothing. Returns their names without ``_new``."""
    connection = job.connection
    raw = (RAW,) if with_requests else ()
    tables = (*raw, SERVED, *job.catalog.tables)
    for table in tables:
        _create(connection, table)
    if with_requests:
        run(connection, "swap/continue_ids")
        run(connection, "swap/fill_requests")
    name_served(connection, job.city, _new(RAW) if with_requests else sql.Identifier(RAW))
    run(connection, "swap/fill_served")
    forget_served(connection)
    rollups.flatten(connection, job.catalog)
    for rollup in job.catalog.rollups:
        rollups.fill(connection, job.catalog, rollup, _new(rollup.table))
    for table in tables:
        _index(connection, table)
        connection.execute(sql.SQL("ANALYZE {}").format(_new(table)))
    return tables


def _new(name: str) -> sql.Identifier:
    return sql.Identifier(f"{name}_new")


def _create(connection: Connection, table: str) -> None:
    connection.execute(composed("swap/create_new", new=_new(table), live=sql.Identifier(table)))
    for row in fetch(connection, "swap/storage", {"table": table}):
        # Postgres's own text of settings that exist.
        settings = trusted(row["settings"])
        connection.execute(sql.SQL("ALTER TABLE {} SET ({})").format(_new(table), settings))


def _index(connection: Connection, table: str) -> None:
    """Give the new table the live one's indexes and key constraints, under temporary names."""
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


def _lock(connection: Connection, tables: tuple[str, ...]) -> None:
    """Wait for readers in short turns, so that new ones do not queue behind this run.

    Raises LockNotAvailable when readers never leave a gap.
    """
    listed = sql.SQL(", ").join(sql.Identifier(table) for table in tables)
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{LOCK_TIMEOUT_SECONDS}s")))
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            with connection.transaction():
                connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(listed))
        except psycopg.errors.LockNotAvailable:
            if attempt == LOCK_ATTEMPTS:
                raise
            log.warning("readers are busy; requesting the lock for the swap again")
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
