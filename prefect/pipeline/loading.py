"""What a night has staged, into the live tables: one transaction with everything that must agree."""

from __future__ import annotations

import logging
from dataclasses import asdict

from psycopg import sql

from pipeline import boundaries, merge, quality, report, runs, swap
from pipeline.database import Connection, fetch_one, run
from pipeline.download import Downloaded
from pipeline.errors import DataError
from pipeline.merge import Merged
from pipeline.night import Night
from pipeline.plan import Reading
from pipeline.quality import Check

log = logging.getLogger(__name__)


def merge_downloads(night: Night, downloads: list[Downloaded]) -> str:
    """Merge, count, check and note everything; returns the run in one line.

    Raises DataError, before anything changes, when too much of what was read is unusable.
    """
    night.downloads = downloads
    merge.name_staging(night.connection, night.staging)
    night.reasons = quality.refused_reasons(night.connection)
    _stop_if_unusable(night)
    with night.connection.transaction(force_rollback=night.options.dry_run):
        _set_memory(night)
        merged = _merge(night)
        _check(night, merged)
        _remember(night, merged)
        if merged.is_beside:
            swap.swap(night.connection)
    night.is_merged = not night.options.dry_run
    log.info(night.message)
    return night.message


def _stop_if_unusable(night: Night) -> None:
    try:
        quality.stop_if_too_many_refused(night.downloads, night.settings, night.reasons)
    except DataError:
        if not night.options.dry_run:
            # Kept although nothing else of this night is: they say what was wrong.
            run(night.connection, "merge/keep_refused", {"load_run_id": night.load_run_id})
        raise


def _set_memory(night: Night) -> None:
    megabytes = sql.Literal(f"{night.settings.merge_work_mem_mb}MB")
    for name in ("work_mem", "maintenance_work_mem"):
        night.connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), megabytes))


def _merge(night: Night) -> Merged:
    """Choose the way that costs least: differences into the live tables, or new tables swapped in."""
    connection = night.connection
    refreshed = boundaries.refresh(connection, night.boundaries)
    night.notices += refreshed.notices
    is_first = fetch_one(connection, "swap/is_empty")["is_empty"]
    readings = [result.reading for result in night.downloads if result.reading.is_due]
    if (is_first or night.options.full) and not night.options.dry_run:
        merged = _by_swap(night, readings, is_first=is_first)
    else:
        merged = _by_difference(night, readings, has_new_boundaries=refreshed.has_changed)
    merged.boundaries = refreshed
    return merged


def _by_difference(night: Night, readings: list[Reading], *, has_new_boundaries: bool) -> Merged:
    connection, staging = night.connection, night.staging
    merged = merge.prepare(connection, staging, night.catalog, readings)
    merge.name_served(connection, sql.Identifier("requests"))
    run(connection, "merge/create_touched")
    complete = [reading.dataset.id for reading in readings] if night.options.reads_everything else []
    merge.find_changes(connection, merged, complete)
    merge.write_changes(connection)
    if complete:
        merged.retired = merge.retire(connection, complete)
    if has_new_boundaries:
        run(connection, "merge/touch_misplaced")
    merge.serve_changes(connection, merged)
    return merged


def _by_swap(night: Night, readings: list[Reading], *, is_first: bool) -> Merged:
    connection, staging = night.connection, night.staging
    complete = [reading.dataset.id for reading in readings]
    if not is_first:
        swap.keep_others(connection, staging, complete)
    merged = merge.prepare(connection, staging, night.catalog, readings)
    merge.find_changes(connection, merged, [] if is_first else complete)
    swap.build(connection)
    merged.retired += swap.retire_absent(connection)
    merged.is_beside = True
    # Served rows and rollups are new even where no request differs: readers have to ask again.
    merged.is_rebuilt = not is_first
    return merged


def _check(night: Night, merged: Merged) -> None:
    """The quality report, from inside the transaction, where the run's work can be seen."""
    night.checks = [
        *(Check("notice", "warn", notice) for notice in night.notices),
        *quality.read_checks(night.downloads),
        *quality.code_checks(merged.new_codes),
        *quality.stored_checks(night.connection, night.options.now, swap.tables(is_beside=merged.is_beside)),
    ]
    night.status = "WARN" if quality.worst(night.checks) else "INFO"


def _remember(night: Night, merged: Merged) -> None:
    """Watermarks, refused rows, generation, ``load_runs`` and ``log``."""
    connection = night.connection
    for result in night.downloads:
        _set_watermark(connection, result)
    run(connection, "merge/keep_refused", {"load_run_id": night.load_run_id})
    if merged.is_visible:
        run(connection, "merge/next_generation")
    night.generation = runs.generation(connection)
    night.datasets = report.dataset_rows(night.downloads, merged)
    total = report.totals(night.datasets, merged)
    night.message = report.sentence(total, merged, night.generation, is_dry=night.options.dry_run)
    details: dict[str, object] = {
        "datasets": night.datasets,
        "quality": [asdict(check) for check in night.checks],
        "superseded": merged.superseded,
        "new_codes": merged.new_codes,
    }
    if merged.boundaries.digest:
        details["boundaries"] = {"digest": merged.boundaries.digest}
    values = {**total, "generation": night.generation, "message": night.message, "details": details}
    runs.merged(connection, night.load_run_id, values)
    night.log_id = runs.add_log(connection, night.status, night.message)


def _set_watermark(connection: Connection, result: Downloaded) -> None:
    reading = result.reading
    moment = reading.newest or result.newest
    if not reading.is_due or moment is None or not reading.is_seamless:
        return
    values = {
        "dataset_id": reading.dataset.id,
        "source_updated_at": moment,
        "source_row_id": result.last_row_id,
        "source_row_count": reading.total,
    }
    run(connection, "merge/set_watermark", values)
