-- Of the rows that share a number, only the newest stays: the greatest (update time, row id), then the last read.
WITH repeated AS (
    SELECT srnumber FROM staged GROUP BY srnumber HAVING count(*) > 1
),
ranked AS (
    SELECT staged_id,
           row_number() OVER (
               PARTITION BY srnumber ORDER BY source_updated_at DESC, source_row_id COLLATE "C" DESC, staged_id DESC
           ) AS place
      FROM staged
      JOIN repeated USING (srnumber)
)
DELETE FROM {rows} AS staged USING ranked WHERE ranked.staged_id = staged.staged_id AND ranked.place > 1
