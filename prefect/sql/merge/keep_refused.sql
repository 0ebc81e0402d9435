INSERT INTO rejected_requests (load_run_id, dataset_id, source_row_id, srnumber, reason, raw)
SELECT DISTINCT ON (dataset_id, source_row_id, reason) %(load_run_id)s, dataset_id, source_row_id, srnumber, reason, raw
  FROM refused
ON CONFLICT (dataset_id, source_row_id, reason) DO NOTHING
