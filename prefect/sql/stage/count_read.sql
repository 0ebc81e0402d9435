-- Different rows of the portal that the run has read of this dataset, whatever became of them.
SELECT count(DISTINCT source_row_id) AS read
  FROM (SELECT source_row_id FROM {rows} WHERE dataset_id = %(dataset_id)s
        UNION ALL
        SELECT source_row_id FROM {refused} WHERE dataset_id = %(dataset_id)s) AS everything
