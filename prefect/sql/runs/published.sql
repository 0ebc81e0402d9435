-- This run, and earlier ones whose data the API has only now.
UPDATE load_runs SET status = 'succeeded', finished_at = now()
 WHERE status = 'merged' AND load_run_id <= %(load_run_id)s
