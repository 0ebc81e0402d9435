INSERT INTO geometries AS stored (council_id, nc_id, geom, is_approximate)
SELECT council_id, nc_id, geom, is_approximate
  FROM boundaries
  JOIN councils ON data_code = nc_id
ON CONFLICT (council_id) DO UPDATE
   SET nc_id = excluded.nc_id, geom = excluded.geom, is_approximate = excluded.is_approximate, loaded_at = now()
 WHERE (stored.nc_id, stored.is_approximate) <> (excluded.nc_id, excluded.is_approximate)
    OR NOT ST_OrderingEquals(stored.geom, excluded.geom)
