-- An invalid polygon is repaired; one that has no area even then is not taken.
INSERT INTO boundaries (nc_id, name, website, region_id, is_approximate, geom)
SELECT %(nc_id)s, %(name)s, %(website)s, %(region_id)s, %(is_approximate)s, repaired
  FROM (SELECT ST_SetSRID(ST_GeomFromGeoJSON(%(geometry)s), 4326) AS published) AS parsed,
       LATERAL (SELECT ST_Multi(ST_CollectionExtract(
                    CASE WHEN ST_IsValid(published) THEN published ELSE ST_MakeValid(published) END, 3))
                AS repaired) AS valid
 WHERE NOT ST_IsEmpty(repaired) AND ST_Area(repaired) > 0
RETURNING ST_IsValid(ST_SetSRID(ST_GeomFromGeoJSON(%(geometry)s), 4326)) AS was_valid
