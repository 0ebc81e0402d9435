SELECT dataset_id, source_updated_at, source_row_id, source_row_count FROM dataset_watermarks
