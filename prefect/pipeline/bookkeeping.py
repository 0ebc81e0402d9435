"""Records of a run in the database: watermarks, rejected rows, checks, generation, ``log``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from pipeline.database import Connection, fetch_one, run
from pipeline.download import Download
from pipeline.job import Job
from pipeline.plan import Reading
from pipeline.quality import Check, Reasons, worst
from pipeline.result import COUNTED, MergeResult, WriteResult, sentence


def record(job: Job, written: WriteResult, checks: Sequence[Check], reasons: Reasons) -> MergeResult:
    """Record the run inside the transaction of its merge, and return its outcome."""
    connection, load_run_id = job.connection, job.plan.load_run_id
    for download in job.downloads:
        _set_watermark(connection, download)
    run(connection, "merge/forget_corrected", {"read": job.read_ids, "whole": job.whole_ids})
    run(connection, "merge/keep_rejected", {"load_run_id": load_run_id})
    if written.has_changed:
        run(connection, "merge/next_generation", {"is_recorded": not written.new_tables})
    generation = int(fetch_one(connection, "runs/generation")["generation"])
    by_dataset = {d.reading.dataset.id: _dataset_row(d, written) for d in job.downloads}
    counts = {name: sum(row[name] for row in by_dataset.values()) for name in COUNTED}
    counts["retired"] = written.retired
    message = sentence(counts, written, generation, is_dry=job.plan.options.dry_run)
    _record_datasets(connection, load_run_id, by_dataset)
    _record_checks(connection, load_run_id, checks)
    details = _details(written)
    values = {**counts, "generation": generation, "message": message, "details": Jsonb(details)}
    run(connection, "runs/merged", {**values, "load_run_id": load_run_id})
    status = "WARN" if worst(checks) else "INFO"
    log_id = int(fetch_one(connection, "runs/add_log", {"status": status, "message": message})["id"])
    return MergeResult(
        generation,
        message,
        counts,
        by_dataset,
        tuple(checks),
        tuple(reasons),
        log_id,
        written.is_rebuilt,
        written.has_changed,
    )


def record_failure(job: Job, checks: Iterable[Check]) -> None:
    """Keep the checks and rejected rows of a run whose data was not merged: they show what was wrong."""
    run(job.connection, "merge/keep_rejected", {"load_run_id": job.plan.load_run_id})
    _record_checks(job.connection, job.plan.load_run_id, checks)


def _details(written: WriteResult) -> dict[str, object]:
    details: dict[str, object] = {
        "superseded": written.superseded,
        "new_codes": dict(written.new_codes),
        "changes": written.recorded,
    }
    if written.boundaries.digest or written.boundaries.has_changed:
        # An empty digest equals that of no file, so the next run merges the boundaries again.
        details["boundaries"] = {"digest": written.boundaries.digest}
    return details


def _dataset_row(download: Download, written: WriteResult) -> dict[str, Any]:
    reading = download.reading
    return {
        "title": reading.dataset.title,
        "status": "read" if reading.is_due else "unchanged",
        "transport": download.transport or reading.transport,
        "published": reading.total,
        "start": reading.start,
        "seconds": round(download.seconds, 2),
        "columns_read": _columns_read(reading),
        "missing": list(reading.lost_columns),
        "added": list(reading.added),
        **download.counts,
        "inserted": 0,
        "updated": 0,
        "unchanged": 0,
        **written.rows.get(reading.dataset.id, {}),
    }


def _columns_read(reading: Reading) -> list[str]:
    """Columns whose published value is in every stored row; new ones only if the whole dataset was read."""
    unread = reading.known.missing_columns if reading.where else frozenset()
    read = {*reading.columns, *(("kept",) if reading.kept and not reading.lost_kept else ())}
    return sorted(read - unread)


def _record_datasets(connection: Connection, load_run_id: int, rows: dict[str, dict[str, Any]]) -> None:
    for dataset_id, row in rows.items():
        run(connection, "runs/add_dataset", {**row, "dataset_id": dataset_id, "load_run_id": load_run_id})


def _record_checks(connection: Connection, load_run_id: int, checks: Iterable[Check]) -> None:
    for place, check in enumerate(checks):
        values = {"load_run_id": load_run_id, "place": place, **vars(check)}
        run(connection, "runs/add_check", values)


def _set_watermark(connection: Connection, download: Download) -> None:
    reading = download.reading
    moment = reading.newest or download.newest
    if not reading.is_due or moment is None:
        return
    if not reading.is_seamless:
        # The next run reads these rows again, but they are stored and therefore not new then.
        counts = {"new": download.new_rows, "total": download.total}
        run(connection, "merge/add_new_rows", {"dataset_id": reading.dataset.id, **counts})
        return
    values = {
        "dataset_id": reading.dataset.id,
        "source_updated_at": moment,
        "source_row_id": download.last_row_id,
        # The next run looks again for growth that was not found.
        "source_row_count": download.total - download.unread,
    }
    run(connection, "merge/set_watermark", values)
