-- How a published row is served. Codes are looked up under their aliases. A blank or retired council is found
-- by the place, and 0 means none; retired is a council without a polygon, once there are polygons.
-- Coordinates outside the city's surroundings are typing errors: such rows stay in requests, not on the map.
CREATE OR REPLACE TEMP VIEW served AS
SELECT r.id AS request_id,
       r.srnumber,
       r.createddate AS created_date,
       r.closeddate AS closed_date,
       types.type_id,
       agencies.agency_id,
       sources.source_id,
       coalesce(councils.council_id, place.council_id, 0) AS council_id,
       coalesce(councils.region_id, place.region_id, 0) AS region_id,
       r.address,
       r.latitude,
       r.longitude,
       1::smallint AS city_id,
       r.status,
       ST_SetSRID(ST_MakePoint(r.longitude, r.latitude), 4326)::geometry(Point, 4326) AS geom
  FROM {requests} AS r
  LEFT JOIN aliases AS a1 ON a1.field = 'requesttype' AND a1.published = btrim(r.requesttype)
  LEFT JOIN aliases AS a2 ON a2.field = 'owner' AND a2.published = btrim(r.owner)
  LEFT JOIN aliases AS a3 ON a3.field = 'requestsource' AND a3.published = btrim(r.requestsource)
  LEFT JOIN request_types AS types ON types.data_code = coalesce(a1.meaning, btrim(r.requesttype), '')
  LEFT JOIN agencies ON agencies.data_code = coalesce(a2.meaning, btrim(r.owner), '')
  LEFT JOIN sources ON sources.data_code = coalesce(a3.meaning, btrim(r.requestsource), '')
  LEFT JOIN councils ON councils.data_code = r.nc AND r.nc <> 0
       AND (EXISTS (SELECT FROM geometries AS own WHERE own.council_id = councils.council_id)
            OR NOT EXISTS (SELECT FROM geometries))
  LEFT JOIN LATERAL (
      SELECT home.council_id, home.region_id
        FROM geometries
        JOIN councils AS home USING (council_id)
       WHERE councils.council_id IS NULL
         AND ST_Covers(geometries.geom, ST_SetSRID(ST_MakePoint(r.longitude, r.latitude), 4326))
       ORDER BY home.council_id
       LIMIT 1
  ) AS place ON true
 WHERE r.latitude BETWEEN 33.6 AND 34.5 AND r.longitude BETWEEN -118.8 AND -118.0
