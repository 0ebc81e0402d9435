INSERT INTO requests (id, srnumber, requesttype, status, createddate, updateddate, closeddate, requestsource, owner,
                      nc, ncname, address, latitude, longitude, dataset_id, source_row_id, source_updated_at)
SELECT -id, srnumber || '-copy', requesttype, status, createddate, updateddate, closeddate, requestsource, owner,
       nc, ncname, address, latitude, longitude, dataset_id, source_row_id || '-copy', source_updated_at
  FROM requests JOIN drawn USING (id) WHERE NOT is_change
