INSERT INTO requests (
    srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
    requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
    address, zipcode, latitude, longitude, dataset_id, source_row_id, source_updated_at
)
SELECT staged.srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
       requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
       address, zipcode, latitude, longitude, staged.dataset_id, source_row_id, source_updated_at
  FROM changes
  JOIN staged USING (staged_id)
 WHERE is_new
 ORDER BY staged_id
