-- Rows that are in every respect as stored need no writing.
DELETE FROM changes
 USING staged, requests AS stored
 WHERE staged.staged_id = changes.staged_id AND stored.id = changes.request_id AND NOT has_changed
   AND (staged.dataset_id, staged.source_row_id, staged.source_updated_at)
       = (stored.dataset_id, stored.source_row_id, stored.source_updated_at)
