-- The state of the pipeline: the run lock, load_runs, run_checks, run_datasets and log.

-- name: lock
SELECT pg_try_advisory_lock(311, 1) AS is_ours

-- name: unlock
SELECT pg_advisory_unlock(311, 1)

-- name: holds_lock
SELECT EXISTS (SELECT FROM pg_locks
                WHERE locktype = 'advisory' AND classid = 311 AND objid = 1 AND objsubid = 2 AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND pid = pg_backend_pid()) AS is_ours

-- name: lock_holder
-- Without the start of a session of another role, which only that role can see.
SELECT concat_ws(', ', activity.application_name, 'process ' || activity.pid,
                 'since ' || to_char(activity.backend_start, 'YYYY-MM-DD HH24:MI:SS "UTC"')) AS holder
  FROM pg_locks
  JOIN pg_stat_activity AS activity USING (pid)
  JOIN pg_database ON pg_database.oid = pg_locks.database AND pg_database.datname = current_database()
 WHERE locktype = 'advisory' AND classid = 311 AND objid = 1 AND granted

-- name: start
INSERT INTO load_runs (mode, details) VALUES (%(mode)s, %(details)s) RETURNING load_run_id

-- name: name_connection
-- Identifies the connection by its run number from here on, in pg_stat_activity and in the server log.
SELECT set_config('application_name', left(%(name)s || substring(current_setting('application_name') FROM ' @.*'), 63),
                  false)

-- name: fail_abandoned
-- The caller holds the run lock, so a run that is still marked as running was killed.
UPDATE load_runs
   SET status = 'failed', finished_at = now(),
       message = 'terminated without a final status (killed, or the server stopped)'
 WHERE status = 'running'
RETURNING load_run_id

-- name: fail
-- A run that was merged before it failed stays merged, so that the next run publishes its data; its message is then
-- restored from details. The row of a published run stays as it is, because its data is served.
UPDATE load_runs
   SET status = CASE WHEN status = 'merged' THEN 'merged' ELSE 'failed' END,
       finished_at = now(),
       message = CASE WHEN status = 'merged' THEN message || '; ' || %(message)s ELSE %(message)s END,
       details = CASE WHEN status = 'merged' THEN details || jsonb_build_object('merged_message', message)
                      ELSE details END
 WHERE load_run_id = %(load_run_id)s AND status NOT IN ('succeeded', 'partial')

-- name: limit_lock_wait
-- A terminated run has only seconds left before it is killed.
SET lock_timeout = '5s'

-- name: forget
DELETE FROM load_runs WHERE load_run_id = %(load_run_id)s

-- name: merged
UPDATE load_runs
   SET status = 'merged', generation = %(generation)s, rows_read = %(read)s, rows_inserted = %(inserted)s,
       rows_updated = %(updated)s, rows_unchanged = %(unchanged)s, rows_rejected = %(rejected)s,
       rows_retired = %(retired)s, message = %(message)s, details = details || %(details)s
 WHERE load_run_id = %(load_run_id)s

-- name: published
-- Completes this run and any earlier ones whose data has only now reached the API; a run that skipped a dataset is
-- partial.
UPDATE load_runs AS run
   SET status = CASE WHEN EXISTS (SELECT FROM run_datasets AS skipped
                                   WHERE skipped.load_run_id = run.load_run_id AND skipped.status = 'skipped')
                     THEN 'partial' ELSE 'succeeded' END,
       finished_at = now(),
       message = coalesce(details ->> 'merged_message', message),
       details = details - 'merged_message'
 WHERE status = 'merged' AND load_run_id <= %(load_run_id)s

-- name: add_check
INSERT INTO run_checks (load_run_id, place, check_name, status, value, limits, meaning)
VALUES (%(load_run_id)s, %(place)s, %(name)s, %(status)s, %(value)s, %(limits)s, %(meaning)s)

-- name: note_dataset
-- Records the plan for a dataset before the merge.
INSERT INTO run_datasets (load_run_id, dataset_id, title, status, message, transport, rows_published)
VALUES (%(load_run_id)s, %(dataset_id)s, %(title)s, %(status)s, %(message)s, %(transport)s, %(published)s)

-- name: add_dataset
-- Records the merge results of a dataset, in addition to its plan.
INSERT INTO run_datasets (load_run_id, dataset_id, title, status, transport, rows_published, rows_read, rows_inserted,
                          rows_updated, rows_unchanged, rows_rejected, columns_read, missing_columns, added_columns,
                          seconds)
VALUES (%(load_run_id)s, %(dataset_id)s, %(title)s, %(status)s, %(transport)s, %(published)s, %(read)s, %(inserted)s,
        %(updated)s, %(unchanged)s, %(rejected)s, %(columns_read)s, %(missing)s, %(added)s, %(seconds)s)
ON CONFLICT (load_run_id, dataset_id) DO UPDATE
   SET status = excluded.status, transport = excluded.transport, rows_published = excluded.rows_published,
       rows_read = excluded.rows_read, rows_inserted = excluded.rows_inserted, rows_updated = excluded.rows_updated,
       rows_unchanged = excluded.rows_unchanged, rows_rejected = excluded.rows_rejected,
       columns_read = excluded.columns_read, missing_columns = excluded.missing_columns,
       added_columns = excluded.added_columns, seconds = excluded.seconds

-- name: unread_columns
-- Columns of requests that had not been read for every stored row of a dataset as of its last read: they were missing
-- from the portal, or unknown to the release at the time.
SELECT DISTINCT ON (dataset_id) dataset_id,
       ARRAY(SELECT unnest(%(columns)s::text[]) EXCEPT SELECT unnest(columns_read)) AS unread
  FROM run_datasets
  JOIN load_runs USING (load_run_id)
 WHERE load_runs.status IN {merged_statuses} AND run_datasets.status = 'read'
 ORDER BY dataset_id, load_run_id DESC

-- name: watermarks
SELECT dataset_id, source_updated_at, source_row_id, source_row_count FROM dataset_watermarks

-- name: generation
SELECT generation FROM data_generation

-- name: add_log
INSERT INTO log (status, message) VALUES (%(status)s, %(message)s) RETURNING id

-- name: last_run
-- The last run that finished, not counting dry runs; no row before the first.
SELECT extract(epoch FROM finished_at - started_at)::double precision AS seconds,
       rows_read, rows_inserted, rows_updated, rows_rejected, rows_retired,
       (SELECT count(*) FROM run_checks AS checks
         WHERE checks.load_run_id = run.load_run_id AND checks.status = 'warn') AS warnings,
       (SELECT count(*) FROM run_datasets AS datasets
         WHERE datasets.load_run_id = run.load_run_id AND datasets.status = 'skipped') AS datasets_skipped
  FROM load_runs AS run
 WHERE finished_at IS NOT NULL
 ORDER BY load_run_id DESC
 LIMIT 1

-- name: ended
SELECT status, extract(epoch FROM max(finished_at))::double precision AS finished
  FROM load_runs WHERE finished_at IS NOT NULL GROUP BY status ORDER BY status
