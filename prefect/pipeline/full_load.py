"""Full loads and rebuilds: new tables, filled without indexes, that wait to be swapped in."""

from __future__ import annotations

import logging
from dataclasses import replace

from psycopg import sql

from pipeline import changes, reference, rollups
from pipeline.database import Connection, composed, fetch, run, trusted
from pipeline.differences import find_changes, forget_served, keep_one_row_each, name_served, write_requests
from pipeline.job import Job
from pipeline.result import Written
from pipeline.swap import RAW, SERVED, new_name

log = logging.getLogger(__name__)
NOT_IN_FULL_LOAD = "not in a full load"


def merge(job: Job, *, is_first: bool) -> Written:
    """A full load: every table is made again from the staged rows, and waits to be swapped in."""
    connection, complete = job.connection, [] if is_first else job.whole_reading_ids
    if not is_first:
        statement = composed("swap/keep_others", rows=job.staging.rows)
        connection.execute(statement, {"read": job.read_ids, "whole": complete})
    superseded = keep_one_row_each(job)
    rows = find_changes(job, complete)
    new_codes = reference.resolve(connection, job.city, reference.STAGED)
    tables = _build(job, with_requests=True)
    # What a first load finds is no change; tables that were emptied since are another matter.
    is_recorded = not is_first or changes.has_begun(connection)
    recorded = changes.append_replaced(connection, has_new_requests=True) if is_recorded else 0
    retired = run(connection, "swap/retire_absent", {"reason": NOT_IN_FULL_LOAD})
    return Written(
        rows,
        superseded=superseded,
        retired=retired,
        recorded=recorded,
        new_codes=new_codes,
        new_tables=tables,
        # Served rows and rollups are new even where no request differs: cached responses are outdated.
        is_rebuilt=not is_first,
    )


def rebuild(job: Job) -> Written:
    """Requests by difference; everything that is served is made again and waits to be swapped in."""
    written = write_requests(job)
    new_codes = reference.resolve(job.connection, job.city, sql.Identifier(RAW))
    tables = _build(job, with_requests=False)
    recorded = changes.append_replaced(job.connection, has_new_requests=False)
    log.info("every served row was made again: the city's declaration has changed")
    return replace(written, recorded=recorded, new_codes=new_codes, new_tables=tables, is_rebuilt=True)


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
    name_served(connection, job.city, new_name(RAW) if with_requests else sql.Identifier(RAW))
    run(connection, "swap/fill_served")
    forget_served(connection)
    rollups.flatten(connection, job.catalog)
    for rollup in job.catalog.rollups:
        rollups.fill(connection, job.catalog, rollup, new_name(rollup.table))
    for table in tables:
        _index(connection, table)
        connection.execute(sql.SQL("ANALYZE {}").format(new_name(table)))
    return tables


def _create(connection: Connection, table: str) -> None:
    connection.execute(composed("swap/create_new", new=new_name(table), live=sql.Identifier(table)))
    for row in fetch(connection, "swap/storage", {"table": table}):
        # Postgres's own text of settings that exist.
        settings = trusted(row["settings"])
        connection.execute(sql.SQL("ALTER TABLE {} SET ({})").format(new_name(table), settings))


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
        connection.execute(create.format(new_name(index["name"]), new_name(table)) + definition)
        if kind := index["constraint_kind"]:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}")
            name = new_name(index["name"])
            connection.execute(add.format(new_name(table), name, trusted(kind), name))
