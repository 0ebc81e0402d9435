INSERT INTO councils (council_id, council_name, data_code, region_id, website, latitude, longitude)
SELECT (SELECT max(council_id) FROM councils) + row_number() OVER (ORDER BY nc_id),
       initcap(regexp_replace(name, '\s+(NDC|NC)$', '')), nc_id, region_id, website,
       ST_Y(ST_PointOnSurface(geom)), ST_X(ST_PointOnSurface(geom))
  FROM boundaries
 WHERE NOT EXISTS (SELECT FROM councils WHERE data_code = boundaries.nc_id)
