-- A number that comes back after it was retired gets its old id again.
INSERT INTO requests (
    id, srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
    requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
    address, zipcode, latitude, longitude, dataset_id, source_row_id, source_updated_at
)
SELECT coalesce((SELECT retired.id FROM retired_requests AS retired
                  WHERE retired.srnumber = staged.srnumber ORDER BY retired_at DESC LIMIT 1),
                nextval(pg_get_serial_sequence('requests', 'id'))),
       staged.srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
       requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
       address, zipcode, latitude, longitude, staged.dataset_id, source_row_id, source_updated_at
  FROM changes
  JOIN staged USING (staged_id)
 WHERE is_new
 ORDER BY staged_id
