DELETE FROM geometries WHERE NOT EXISTS (SELECT FROM boundaries WHERE boundaries.nc_id = geometries.nc_id)
