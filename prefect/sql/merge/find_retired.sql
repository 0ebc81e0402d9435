-- Stored rows of completely read datasets that the portal no longer has. One that is published but refused now
-- keeps its last good state; one of a day that another dataset takes by now goes.
CREATE TEMP TABLE retired ON COMMIT DROP AS
SELECT stored.id AS request_id, stored.dataset_id
  FROM requests AS stored
 WHERE stored.dataset_id = ANY(%(dataset_ids)s)
   AND NOT EXISTS (SELECT FROM staged WHERE staged.srnumber = stored.srnumber)
   AND NOT EXISTS (SELECT FROM refused
                    WHERE refused.dataset_id = stored.dataset_id AND refused.source_row_id = stored.source_row_id)
