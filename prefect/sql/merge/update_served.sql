UPDATE service_requests AS served
   SET srnumber = after.srnumber, created_date = after.created_date, closed_date = after.closed_date,
       type_id = after.type_id, agency_id = after.agency_id, source_id = after.source_id,
       council_id = after.council_id, region_id = after.region_id, address = after.address,
       latitude = after.latitude, longitude = after.longitude, city_id = after.city_id,
       status = after.status, geom = after.geom
  FROM after
  JOIN before USING (request_id)
 WHERE served.request_id = after.request_id
   AND (after.srnumber, after.created_date, after.closed_date, after.type_id, after.agency_id, after.source_id,
        after.council_id, after.region_id, after.address, after.latitude, after.longitude, after.status)
       IS DISTINCT FROM
       (before.srnumber, before.created_date, before.closed_date, before.type_id, before.agency_id,
        before.source_id, before.council_id, before.region_id, before.address, before.latitude,
        before.longitude, before.status)
