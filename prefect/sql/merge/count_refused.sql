SELECT dataset_id, reason, count(DISTINCT source_row_id) AS rows,
       (array_agg(srnumber ORDER BY srnumber))[1:3] AS examples
  FROM refused
 GROUP BY dataset_id, reason
 ORDER BY dataset_id, rows DESC, reason
