"""The pipeline's memory: ``load_runs`` and ``log``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from pipeline.database import Connection, fetch, fetch_one, run
from pipeline.plan import Known, Watermark


def start(connection: Connection, mode: str, details: Mapping[str, object]) -> int:
    """Note that a run begins and return its number; runs that were killed are marked failed."""
    run(connection, "runs/fail_abandoned")
    return int(fetch_one(connection, "runs/start", {"mode": mode, "details": Jsonb(details)})["load_run_id"])


def merged(connection: Connection, load_run_id: int, totals: Mapping[str, Any]) -> None:
    """Note, in the merge's transaction, what it changed; ``totals`` has the columns of ``load_runs``."""
    run(
        connection, "runs/merged", {**totals, "details": Jsonb(totals["details"]), "load_run_id": load_run_id}
    )


def published(connection: Connection, load_run_id: int) -> None:
    """Note that the API serves this run's data, and with it that of every run before."""
    run(connection, "runs/published", {"load_run_id": load_run_id})


def failed(
    connection: Connection, load_run_id: int, message: str, *, is_merged: bool, details: Mapping[str, object]
) -> None:
    """Note a failure. After the merge the run stays ``merged``, so that the next one publishes it."""
    status = "merged" if is_merged else "failed"
    values = {"status": status, "message": message, "details": Jsonb(details), "load_run_id": load_run_id}
    run(connection, "runs/fail", values)


def forget(connection: Connection, load_run_id: int) -> None:
    """Remove the trace of a dry run."""
    run(connection, "runs/forget", {"load_run_id": load_run_id})


def add_log(connection: Connection, status: str, message: str) -> int:
    """Write the run's line in ``log``; status is INFO, WARN or ERROR."""
    return int(fetch_one(connection, "runs/add_log", {"status": status, "message": message})["id"])


def change_log(connection: Connection, log_id: int, status: str, message: str) -> None:
    run(connection, "runs/change_log", {"id": log_id, "status": status, "message": message})


def generation(connection: Connection) -> int:
    """The generation of the data in the database."""
    return int(fetch_one(connection, "runs/generation")["generation"])


def known_datasets(connection: Connection) -> dict[str, Known]:
    """What is remembered of each dataset that was ever merged, by its id."""
    missing = {row["dataset_id"]: row["missing"] for row in fetch(connection, "runs/missing_columns")}
    marks = {row.pop("dataset_id"): Watermark(**row) for row in fetch(connection, "runs/watermarks")}
    return {name: Known(mark, frozenset(missing.get(name) or ())) for name, mark in marks.items()}
