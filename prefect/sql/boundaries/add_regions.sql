INSERT INTO regions (region_id, region_name, latitude, longitude)
SELECT region_id, 'Region ' || region_id,
       ST_Y(ST_Centroid(ST_Collect(geom))), ST_X(ST_Centroid(ST_Collect(geom)))
  FROM boundaries
 WHERE NOT EXISTS (SELECT FROM regions WHERE regions.region_id = boundaries.region_id)
 GROUP BY region_id
