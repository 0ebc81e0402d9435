"""Merges staged rows into the live tables, in one transaction with everything that must be consistent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from psycopg import sql

from pipeline import (
    bookkeeping,
    changes,
    checks,
    differences,
    full_load,
    polygons,
    quality,
    reference,
    rollups,
    row_checks,
    swap,
)
from pipeline.config import Settings
from pipeline.database import Connection, fetch_one
from pipeline.download import Download
from pipeline.errors import DataError
from pipeline.job import Job
from pipeline.plan import Plan
from pipeline.quality import Check
from pipeline.result import MergeResult, WriteResult

log = logging.getLogger(__name__)


def merge(
    connection: Connection, plan: Plan, downloads: Sequence[Download], settings: Settings
) -> MergeResult:
    """Merge the downloads, check the result, and record the run.

    Raises DataError, with the checks, if one of them fails; nothing is changed in that case.
    """
    job = Job(connection, plan, tuple(downloads), settings)
    job.staging.create_views(connection)
    reasons = quality.rejected_reasons(connection)
    read_checks = quality.download_checks(job, reasons)
    try:
        _stop_if_failed(read_checks, reasons)
        with connection.transaction(force_rollback=plan.options.dry_run):
            result = _merge(job, read_checks, reasons)
    except DataError as error:
        if not plan.options.dry_run:
            bookkeeping.record_failure(job, error.checks)
        raise
    log.info(result.message)
    return result


def _merge(job: Job, read_checks: tuple[Check, ...], reasons: quality.Reasons) -> MergeResult:
    job = replace(job, catalog=rollups.lock_catalog(job.connection))
    _set_memory(job)
    usual = row_checks.usual_shares(job)
    written = _write(job)
    changes.forget(job)
    found = (*read_checks, *checks.merge_checks(job, written, usual))
    _stop_if_failed(found, reasons)
    result = bookkeeping.record(job, written, found, reasons)
    if written.new_tables:
        swap.swap(job.connection, written.new_tables)
    return result


def _stop_if_failed(found: Sequence[Check], reasons: quality.Reasons) -> None:
    failed = [check for check in found if check.status == "fail"]
    if failed:
        details = "; ".join(f"{check.name}: {check.value} ({check.meaning})" for check in failed)
        raise DataError(f"{details}. Nothing was changed.", found, reasons)


def _set_memory(job: Job) -> None:
    megabytes = sql.Literal(f"{job.settings.merge_work_mem_mb}MB")
    for name in ("work_mem", "maintenance_work_mem"):
        job.connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), megabytes))


def _write(job: Job) -> WriteResult:
    """Choose the cheapest way: differences, rebuilding the served rows, or building new tables."""
    connection, options = job.connection, job.plan.options
    has_new_rules = reference.declare(connection, job.city, job.settings.portal_host)
    refreshed = polygons.refresh(connection, job.plan.boundaries, job.city)
    is_first = bool(fetch_one(connection, "swap/is_empty")["is_empty"])
    if options.dry_run or not (is_first or options.full or has_new_rules):
        written = differences.merge(job, has_new_boundaries=refreshed.has_changed)
        # A dry run builds no tables, but must not say that nothing would change.
        written = replace(written, is_rebuilt=(options.full or has_new_rules) and not is_first)
    elif is_first or options.full:
        written = full_load.merge(job, is_first=is_first)
    else:
        written = full_load.rebuild(job)
    return replace(written, boundaries=refreshed)
