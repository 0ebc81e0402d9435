-- Polygons that we have and the portal does not, and the other way.
SELECT array(SELECT nc_id FROM geometries EXCEPT SELECT nc_id FROM boundaries ORDER BY 1) AS lost,
       array(SELECT name FROM boundaries
              WHERE NOT EXISTS (SELECT FROM councils WHERE data_code = boundaries.nc_id) ORDER BY 1) AS added,
       (SELECT count(*) FROM geometries) AS had
