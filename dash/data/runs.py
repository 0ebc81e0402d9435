"""Results of ingest runs: runs, checks, rejected rows, datasets and the log. Times are local city time."""

from __future__ import annotations

from pandas import DataFrame
from psycopg.sql import SQL

from data.warehouse import Warehouse

RUNS = 30
LOG_LINES = 100

RECENT = SQL("""
    SELECT started_at AT TIME ZONE time_zone AS started_at, status, mode,
        round(extract(epoch FROM finished_at - started_at))::int AS seconds,
        rows_read, rows_inserted, rows_updated, rows_unchanged, rows_rejected, rows_retired,
        generation, message
    FROM load_runs, city ORDER BY load_run_id DESC LIMIT %(runs)s
""")
CHECKS = SQL("""
    SELECT check_name AS check, status, value, limits, meaning FROM run_checks
    WHERE load_run_id = (SELECT max(load_run_id) FROM run_checks)
    ORDER BY status = 'ok', status = 'warn', place
""")
REJECTED = SQL("""
    SELECT reason, count(*) AS rows, dataset_id AS dataset,
        max(rejected_at AT TIME ZONE time_zone)::date AS last_seen
    FROM rejected_requests, city GROUP BY reason, dataset_id ORDER BY 2 DESC, 1, 3
""")
# A run of some years or datasets says nothing about the others, which keep the status of the last run of all.
# A dataset that is no longer declared or found has rows of earlier runs only.
DATASETS = SQL("""
    SELECT coalesce(r.title, '') AS title, dataset_id AS dataset,
        CASE WHEN r.is_current THEN r.status ELSE 'not in the last run' END AS status,
        CASE WHEN r.is_current THEN r.message ELSE '' END AS message,
        coalesce(r.rows_published, w.source_row_count) AS rows_published,
        w.source_updated_at AT TIME ZONE time_zone AS newest_change,
        w.read_at AT TIME ZONE time_zone AS read_at
    FROM city, dataset_watermarks w FULL JOIN (
        SELECT DISTINCT ON (dataset_id) *,
            load_run_id >= coalesce((
                SELECT max(load_run_id) FROM run_datasets JOIN load_runs USING (load_run_id)
                WHERE coalesce(details #> '{options,years}', '[]') = '[]'
                    AND coalesce(details #> '{options,datasets}', '[]') = '[]'
            ), 0) AS is_current
        FROM run_datasets ORDER BY dataset_id, load_run_id DESC
    ) r USING (dataset_id)
    ORDER BY (r.is_current AND r.status = 'skipped') IS NOT TRUE, w.source_updated_at DESC NULLS LAST
""")
LOG = SQL("""
    SELECT created_time AT TIME ZONE 'UTC' AT TIME ZONE time_zone AS created_time, status, message
    FROM log, city ORDER BY id DESC LIMIT %(lines)s
""")
SERVED = SQL("""
    SELECT coalesce(sum(requests), 0)::bigint AS requests, coalesce(sum(unlocated), 0)::bigint AS unlocated,
        coalesce(sum(information), 0)::bigint AS information
    FROM rollup_day_type
""")


def recent(warehouse: Warehouse) -> DataFrame:
    """The last runs, newest first; not cached, because a failed run does not create a new generation.

    Columns: started_at, status, mode, seconds, rows_read, rows_inserted, rows_updated, rows_unchanged,
    rows_rejected, rows_retired, generation, message.
    """
    return warehouse.uncached(RECENT, runs=RUNS)


def checks(warehouse: Warehouse) -> DataFrame:
    """The checks of the last run that has any, failed ones first: check, status, value, limits, meaning."""
    return warehouse.uncached(CHECKS)


def rejected(warehouse: Warehouse) -> DataFrame:
    """Rejected rows that have not been corrected since. Columns: reason, rows, dataset, last_seen."""
    return warehouse.uncached(REJECTED)


def datasets(warehouse: Warehouse) -> DataFrame:
    """Each dataset and how far it has been read, skipped ones first.

    Columns: title, dataset, status (read, unchanged, skipped, or not in the last run), message,
    rows_published, newest_change, read_at.
    """
    return warehouse.uncached(DATASETS)


def log(warehouse: Warehouse) -> DataFrame:
    """The last lines, newest first. Columns: created_time, status, message."""
    return warehouse.uncached(LOG, lines=LOG_LINES)


def served(warehouse: Warehouse) -> dict[str, int]:
    """All served requests, including the current day: requests, unlocated, information."""
    found = warehouse.frame(SERVED).iloc[0]
    return {name: int(number) for name, number in found.items()}
