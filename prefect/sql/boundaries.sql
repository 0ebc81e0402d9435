-- Loads the published council polygons into councils, regions and geometries. Tables are described in tables.sql.

-- name: known_digest
-- The digest of the polygons that the last merged run read; no row if the polygons have been removed since.
SELECT details -> 'boundaries' ->> 'digest' AS digest
  FROM load_runs
 WHERE status IN {merged_statuses} AND details -> 'boundaries' ? 'digest'
   AND EXISTS (SELECT FROM geometries)
 ORDER BY load_run_id DESC
 LIMIT 1

-- name: add
-- Adds one area: heights are dropped, an invalid polygon is repaired, and exterior rings run counterclockwise (RFC
-- 7946).
-- A polygon with no area after the repair is not added.
-- An area that is published as several features is dissolved into one.
WITH given AS (
    SELECT ST_Force2D(ST_SetSRID(ST_GeomFromGeoJSON(%(geometry)s), 4326)) AS geom
),
parsed AS (
    SELECT CASE WHEN %(is_dissolved)s
                THEN (SELECT ST_UnaryUnion(ST_Collect(ST_MakeValid(part.geom))) FROM ST_Dump(given.geom) AS part)
                ELSE geom END AS published
      FROM given
),
valid AS (
    SELECT ST_ForcePolygonCCW(ST_Multi(ST_CollectionExtract(
               CASE WHEN ST_IsValid(published) THEN published ELSE ST_MakeValid(published) END, 3))) AS geom,
           ST_IsValid(published) AS was_valid
      FROM parsed
),
added AS (
    INSERT INTO boundaries (nc_id, name, shown_name, website, region_id, region_name, is_approximate, geom)
    SELECT %(code)s, %(name)s, %(shown_name)s, %(website)s, %(region_id)s, %(region_name)s, %(is_approximate)s, geom
      FROM valid WHERE ST_Area(geom) > 0
    RETURNING nc_id
)
SELECT was_valid, EXISTS (SELECT FROM added) AS has_area FROM valid

-- name: compare
-- Stored polygons without a usable published one, councils that exist only in the portal, and councils that the portal
-- has renamed.
SELECT array(SELECT nc_id FROM geometries EXCEPT SELECT nc_id FROM boundaries ORDER BY 1) AS unusable,
       array(SELECT name FROM boundaries
              WHERE NOT EXISTS (SELECT FROM councils WHERE data_code = boundaries.nc_id) ORDER BY 1) AS added,
       array(SELECT published_name || ' is now published as ' || name || '; its name here stays ' || council_name
               FROM boundaries
               JOIN geometries USING (nc_id)
               JOIN councils USING (council_id)
              WHERE published_name <> name ORDER BY 1) AS renamed,
       (SELECT count(*) FROM boundaries) AS usable,
       (SELECT count(*) FROM geometries) AS stored_before

-- name: add_regions
INSERT INTO regions (region_id, region_name, latitude, longitude)
SELECT region_id, min(region_name),
       ST_Y(ST_Centroid(ST_Collect(geom))), ST_X(ST_Centroid(ST_Collect(geom)))
  FROM boundaries
 WHERE NOT EXISTS (SELECT FROM regions WHERE regions.region_id = boundaries.region_id)
 GROUP BY region_id

-- name: add_councils
INSERT INTO councils (council_id, council_name, data_code, region_id, website, latitude, longitude)
SELECT (SELECT max(council_id) FROM councils) + row_number() OVER (ORDER BY length(nc_id), nc_id),
       shown_name, nc_id, region_id, website,
       ST_Y(ST_PointOnSurface(geom)), ST_X(ST_PointOnSurface(geom))
  FROM boundaries
 WHERE NOT EXISTS (SELECT FROM councils WHERE data_code = boundaries.nc_id)

-- name: move_councils
-- The region follows the city's data. Names and websites stay: merge/upsert_reference writes those of pinned areas,
-- and the others are only set when the area is added.
UPDATE councils SET region_id = boundaries.region_id
  FROM boundaries
 WHERE councils.data_code = boundaries.nc_id AND councils.region_id <> boundaries.region_id

-- name: delete_lost
DELETE FROM geometries WHERE nc_id = ANY(%(lost)s)

-- name: set_geometries
-- A stored polygon is not replaced by only some of its published parts.
INSERT INTO geometries AS stored (council_id, nc_id, published_name, geom, is_approximate)
SELECT council_id, nc_id, name, geom, is_approximate
  FROM boundaries
  JOIN councils ON data_code = nc_id
ON CONFLICT (council_id) DO UPDATE
   SET nc_id = excluded.nc_id, published_name = excluded.published_name, geom = excluded.geom,
       is_approximate = excluded.is_approximate, loaded_at = now()
 WHERE excluded.nc_id <> ALL(%(unreadable)s)
   AND ((stored.nc_id, stored.is_approximate, stored.published_name)
        IS DISTINCT FROM (excluded.nc_id, excluded.is_approximate, excluded.published_name)
        OR NOT ST_OrderingEquals(stored.geom, excluded.geom))
