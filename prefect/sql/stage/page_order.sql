-- Whether the page came in the order that was asked for, and its last row, from which the next page starts.
SELECT coalesce(bool_and(source_updated_at >= previous), true) AS is_ordered,
       (array_agg(source_updated_at ORDER BY line DESC))[1] AS last_updated_at,
       (array_agg(source_row_id ORDER BY line DESC))[1] AS last_row_id
  FROM (SELECT line, source_row_id, source_updated_at,
               lag(source_updated_at) OVER (ORDER BY line) AS previous
          FROM page) AS lines
