-- Rows of datasets that this run did not read go into the new tables as they are.
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
