INSERT INTO service_requests (
    request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id, council_id, region_id,
    address, latitude, longitude, city_id, status, geom
)
SELECT request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id, council_id, region_id,
       address, latitude, longitude, city_id, status, geom
  FROM after
 WHERE NOT EXISTS (SELECT FROM before WHERE before.request_id = after.request_id)
 ORDER BY request_id
