INSERT INTO service_requests_new (
    request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id, council_id, region_id,
    address, latitude, longitude, city_id, status, geom
)
SELECT request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id, council_id, region_id,
       address, latitude, longitude, city_id, status, geom
  FROM served
