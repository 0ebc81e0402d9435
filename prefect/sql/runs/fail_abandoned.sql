-- The caller holds the run lock, so whatever calls itself running was killed.
UPDATE load_runs SET status = 'failed', finished_at = now(), message = 'ended without a word (killed, or the server stopped)'
 WHERE status = 'running'
RETURNING load_run_id
