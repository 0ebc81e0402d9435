UPDATE requests AS stored
   SET requesttype = staged.requesttype, status = staged.status, actiontaken = staged.actiontaken,
       createddate = staged.createddate, updateddate = staged.updateddate, servicedate = staged.servicedate,
       closeddate = staged.closeddate, requestsource = staged.requestsource, anonymous = staged.anonymous,
       mobileos = staged.mobileos, owner = staged.owner, nc = staged.nc, ncname = staged.ncname,
       policeprecinct = staged.policeprecinct, apc = staged.apc, assignto = staged.assignto, cd = staged.cd,
       cdmember = staged.cdmember, address = staged.address, zipcode = staged.zipcode,
       latitude = staged.latitude, longitude = staged.longitude, dataset_id = staged.dataset_id,
       source_row_id = staged.source_row_id, source_updated_at = staged.source_updated_at, loaded_at = now()
  FROM changes
  JOIN staged USING (staged_id)
 WHERE stored.id = changes.request_id
