-- Columns that the portal lacked when each dataset was last read.
SELECT DISTINCT ON (key) key AS dataset_id, value -> 'missing' AS missing
  FROM load_runs, jsonb_each(details -> 'datasets')
 WHERE status IN ('merged', 'succeeded') AND value ? 'missing' AND mode NOT LIKE '%dry run'
 ORDER BY key, load_run_id DESC
