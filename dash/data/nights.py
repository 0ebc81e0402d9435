"""What the nightly loads did: runs, checks, refused rows, datasets and the log. Times are the city's."""

from __future__ import annotations

from psycopg.sql import SQL

from data.source import Source
from data.table import Table

NIGHTS = 30
LOG_LINES = 100

RUNS = SQL("""
    SELECT to_char(started_at AT TIME ZONE 'America/Los_Angeles', 'YYYY-MM-DD HH24:MI') AS started_at,
        status, mode, round(extract(epoch FROM finished_at - started_at))::int AS seconds,
        rows_read, rows_inserted, rows_updated, rows_unchanged, rows_refused, rows_retired,
        generation, message
    FROM load_runs ORDER BY load_run_id DESC LIMIT %(nights)s
""")
CHECKS = SQL("""
    SELECT q.name, q.status, q.value, q.meaning
    FROM (SELECT details FROM load_runs WHERE jsonb_typeof(details -> 'quality') = 'array'
          ORDER BY load_run_id DESC LIMIT 1) r,
        jsonb_to_recordset(r.details -> 'quality') AS q (name text, status text, value text, meaning text)
""")
REFUSED = SQL("""
    SELECT reason, dataset_id AS dataset, count(*) AS rows, max(rejected_at)::date AS last_seen
    FROM rejected_requests GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
""")
REFUSED_BY_REASON = SQL(
    "SELECT reason, count(*) AS rows FROM rejected_requests GROUP BY 1 ORDER BY 2 DESC, 1"
)
DATASETS = SQL("""
    SELECT w.dataset_id AS dataset,
        coalesce(r.details -> 'datasets' -> w.dataset_id ->> 'title', '') AS title,
        w.source_row_count AS rows_published,
        to_char(w.source_updated_at AT TIME ZONE 'America/Los_Angeles', 'YYYY-MM-DD HH24:MI')
            AS newest_change,
        to_char(w.read_at AT TIME ZONE 'America/Los_Angeles', 'YYYY-MM-DD HH24:MI') AS read_at
    FROM dataset_watermarks w LEFT JOIN LATERAL (
        SELECT details FROM load_runs WHERE details -> 'datasets' ? w.dataset_id
        ORDER BY load_run_id DESC LIMIT 1
    ) r ON true
    ORDER BY w.source_updated_at DESC
""")
LOG = SQL("""
    SELECT to_char(created_time AT TIME ZONE 'UTC' AT TIME ZONE 'America/Los_Angeles', 'YYYY-MM-DD HH24:MI')
        AS created_time, status, message
    FROM log ORDER BY id DESC LIMIT %(lines)s
""")
SERVED = SQL("SELECT coalesce(sum(requests), 0)::bigint AS requests FROM rollup_day_type")


def runs(source: Source) -> Table:
    """The last nights, the newest first; not cached, since a run that fails makes no new generation.

    Columns: started_at, status, mode, seconds, rows_read, rows_inserted, rows_updated, rows_unchanged,
    rows_refused, rows_retired, generation, message.
    """
    return source.fresh(RUNS, nights=NIGHTS)


def checks(source: Source) -> Table:
    """The last quality report. Columns: name, status, value, meaning."""
    return source.fresh(CHECKS)


def refused(source: Source) -> Table:
    """Rows that were refused and not repaired since. Columns: reason, dataset, rows, last_seen."""
    return source.fresh(REFUSED)


def refused_by_reason(source: Source) -> Table:
    """Columns: reason, rows."""
    return source.fresh(REFUSED_BY_REASON)


def datasets(source: Source) -> Table:
    """How far each dataset is read. Columns: dataset, title, rows_published, newest_change, read_at."""
    return source.fresh(DATASETS)


def log(source: Source) -> Table:
    """The last lines, the newest first. Columns: created_time, status, message."""
    return source.fresh(LOG, lines=LOG_LINES)


def served(source: Source) -> int:
    """Requests that the reports can count, the running day included."""
    return int(source.table(SERVED).one()["requests"])
