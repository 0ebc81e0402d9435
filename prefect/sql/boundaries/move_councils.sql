-- Names and websites stay as they were edited here; the region is a fact of the city.
UPDATE councils SET region_id = boundaries.region_id
  FROM boundaries
 WHERE councils.data_code = boundaries.nc_id AND councils.region_id <> boundaries.region_id
