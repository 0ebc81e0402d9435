-- Numbers that are known, or were once, keep their ids.
INSERT INTO requests_new (
    id, srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
    requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
    address, zipcode, latitude, longitude, dataset_id, source_row_id, source_updated_at
)
SELECT coalesce(stored.id, retired.id, nextval(pg_get_serial_sequence('requests_new', 'id'))),
       staged.srnumber, staged.requesttype, staged.status, staged.actiontaken, staged.createddate,
       staged.updateddate, staged.servicedate, staged.closeddate, staged.requestsource, staged.anonymous,
       staged.mobileos, staged.owner, staged.nc, staged.ncname, staged.policeprecinct, staged.apc,
       staged.assignto, staged.cd, staged.cdmember, staged.address, staged.zipcode, staged.latitude,
       staged.longitude, staged.dataset_id, staged.source_row_id, staged.source_updated_at
  FROM staged
  LEFT JOIN requests AS stored USING (srnumber)
  LEFT JOIN (SELECT DISTINCT ON (srnumber) srnumber, id FROM retired_requests ORDER BY srnumber, retired_at DESC)
       AS retired USING (srnumber)
