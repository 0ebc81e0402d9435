"""Writes differences between staged and stored rows to ``requests``, ``service_requests`` and rollups."""

from __future__ import annotations

from psycopg import sql

from pipeline import changes, rollups
from pipeline.city import City
from pipeline.database import Connection, composed, fetch, run
from pipeline.job import Job
from pipeline.plan import Reading
from pipeline.reference import resolve, touched
from pipeline.result import WriteResult
from pipeline.rollups import RollupCatalog

RETIRED_REASON = "no longer published"


def merge(job: Job, *, has_new_boundaries: bool) -> WriteResult:
    """Write the differences, and update the served rows."""
    connection = job.connection
    create_served_view(connection, job.city, sql.Identifier("requests"))
    written = write_requests(job)
    new_codes = _resolve(job, has_new_boundaries=has_new_boundaries)
    served_changes = _serve(job)
    recorded = changes.append_differences(connection)
    return WriteResult(
        written.rows,
        superseded=written.superseded,
        retired=written.retired,
        served_changes=served_changes,
        recorded=recorded,
        new_codes=new_codes,
    )


def write_requests(job: Job) -> WriteResult:
    """Write the rows that differ to ``requests``, and record in ``touched`` which ones to serve again."""
    connection, complete = job.connection, job.complete_ids
    superseded = keep_one_row_each(job)
    superseded += _leave_to_own_dataset(job)
    run(connection, "tables/touched")
    rows = find_changes(job, complete)
    run(connection, "merge/update_requests")
    run(connection, "merge/insert_requests")
    run(connection, "merge/touch_changed")
    retired = _retire(connection, complete) if complete else 0
    return WriteResult(rows, superseded=superseded, retired=retired)


def keep_one_row_each(job: Job) -> int:
    """Keep one staged row per number, with stored values for lost columns; returns the number removed."""
    connection, rows = job.connection, job.staging.rows
    superseded = connection.execute(composed("merge/keep_newest", rows=rows)).rowcount
    for reading in job.readings:
        _keep_lost_columns(job, reading)
    return superseded


def _keep_lost_columns(job: Job, reading: Reading) -> None:
    connection, rows, values = job.connection, job.staging.rows, {"dataset_id": reading.dataset.id}
    for column in reading.missing:
        names = {"rows": rows, "column": sql.Identifier(column)}
        connection.execute(composed("merge/keep_column", **names), values)
    if reading.lost_kept:
        statement = composed("merge/keep_members", rows=rows)
        connection.execute(statement, {**values, "lost": list(reading.lost_kept)})


def find_changes(job: Job, complete: list[str]) -> dict[str, dict[str, int]]:
    """Find the rows that differ from the stored ones; returns their counts by dataset.

    ``complete``: the datasets that were read in full, whose stored rows are gone if they were not read.
    """
    connection = job.connection
    run(connection, "tables/staged_changes")
    run(connection, "merge/find_changes", {"complete": complete, "whole": job.whole_ids})
    connection.execute("ANALYZE staged_changes")
    return {row.pop("dataset_id"): row for row in fetch(connection, "merge/count_changes")}


def create_served_view(connection: Connection, city: City, requests: sql.Identifier) -> None:
    """Define ``served``, the view that determines how a row of that table is served."""
    bounds = {name: sql.Literal(degrees) for name, degrees in city.bounds.model_dump().items()}
    connection.execute(composed("merge/served_view", requests=requests, **bounds))


def drop_served_view(connection: Connection) -> None:
    """Drop the view again, because it would prevent swapping its tables."""
    connection.execute("DROP VIEW served")


def _resolve(job: Job, *, has_new_boundaries: bool) -> dict[str, list[str]]:
    """Look up the values of the rows to serve again, which new boundaries add to ``touched``."""
    if not has_new_boundaries:
        return resolve(job.connection, job.city, touched())
    # Without its meaning, a published council cannot be found: every stored request would seem to have none.
    new_codes = resolve(job.connection, job.city, sql.Identifier("requests"))
    run(job.connection, "merge/touch_misplaced")
    return new_codes


def _leave_to_own_dataset(job: Job) -> int:
    statement = composed("merge/leave_to_own_dataset", rows=job.staging.rows)
    return job.connection.execute(statement, {"complete": job.complete_ids}).rowcount


def _retire(connection: Connection, dataset_ids: list[str]) -> int:
    """Move requests that the portal no longer publishes to ``retired_requests``; returns their number."""
    run(connection, "tables/retired")
    run(connection, "merge/find_retired", {"dataset_ids": dataset_ids})
    run(connection, "merge/touch_retired")
    return run(connection, "merge/retire", {"reason": RETIRED_REASON})


def serve_deletions(connection: Connection, catalog: RollupCatalog) -> None:
    """Remove the requests in ``touched``, which are gone from ``requests``, from all served tables."""
    run(connection, "tables/before")
    run(connection, "merge/remember_before")
    run(connection, "tables/after")
    run(connection, "merge/delete_served")
    run(connection, "merge/record_days")
    rollups.add_delta(connection, catalog)


def _serve(job: Job) -> int:
    """Update ``service_requests`` and the rollups for the requests in ``touched``."""
    connection = job.connection
    connection.execute("ANALYZE touched")
    for table, step in (("before", "remember_before"), ("after", "compute_after")):
        run(connection, f"tables/{table}")
        run(connection, f"merge/{step}")
        connection.execute(sql.SQL("CREATE INDEX ON {} (request_id)").format(sql.Identifier(table)))
        connection.execute(sql.SQL("ANALYZE {} (request_id)").format(sql.Identifier(table)))
    drop_served_view(connection)
    steps = ("delete_served", "update_served", "insert_served")
    changed = sum(run(connection, f"merge/{step}") for step in steps)
    run(connection, "merge/record_days")
    run(connection, "merge/record_moved_days")
    rollups.add_delta(connection, job.catalog)
    return changed
