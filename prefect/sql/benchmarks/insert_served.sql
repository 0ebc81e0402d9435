INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id,
                              council_id, region_id, address, latitude, longitude, status, geom)
SELECT -request_id, srnumber || '-copy', created_date, closed_date, type_id, agency_id, source_id,
       council_id, region_id, address, latitude, longitude, status, geom
  FROM service_requests JOIN drawn ON request_id = drawn.id WHERE NOT is_change
