SELECT coalesce(changes.dataset_id, staged.dataset_id) AS dataset_id,
       count(*) FILTER (WHERE is_new) AS inserted,
       count(*) FILTER (WHERE NOT is_new AND has_changed) AS updated,
       count(*) FILTER (WHERE is_new IS NULL OR NOT is_new AND NOT has_changed) AS unchanged
  FROM staged
  LEFT JOIN changes USING (staged_id)
 GROUP BY 1
