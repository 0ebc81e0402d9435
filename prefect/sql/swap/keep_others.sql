-- Rows of datasets that this run did not read go into the new tables as they are, and so do those that are
-- published but refused now: they keep their last good state.
INSERT INTO {rows} (
    srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
    requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
    address, zipcode, latitude, longitude, dataset_id, source_row_id, source_updated_at
)
SELECT srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
       requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
       address, zipcode, latitude, longitude, dataset_id, source_row_id, source_updated_at
  FROM requests
 WHERE dataset_id <> ALL(%(dataset_ids)s)
    OR id IN (SELECT stored.id
                FROM requests AS stored
                JOIN refused USING (dataset_id, source_row_id)
               WHERE NOT EXISTS (SELECT FROM {rows} AS staged WHERE staged.srnumber = stored.srnumber))
