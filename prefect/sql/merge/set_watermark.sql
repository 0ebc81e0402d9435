INSERT INTO dataset_watermarks AS mark (dataset_id, source_updated_at, source_row_id, source_row_count, read_at)
VALUES (%(dataset_id)s, %(source_updated_at)s, %(source_row_id)s, %(source_row_count)s, now())
ON CONFLICT (dataset_id) DO UPDATE
   SET source_updated_at = greatest(mark.source_updated_at, excluded.source_updated_at),
       source_row_id = CASE WHEN excluded.source_updated_at >= mark.source_updated_at THEN excluded.source_row_id
                            ELSE mark.source_row_id END,
       source_row_count = excluded.source_row_count,
       read_at = excluded.read_at
