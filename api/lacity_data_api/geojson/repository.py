from __future__ import annotations

import datetime as dt

from lacity_data_api.statements import DAY_SECONDS, Query

# Homeless encampments.
DEFAULT_TYPE = 2

COLLECTION = """
SELECT concat('{{"type":"FeatureCollection","features":[', string_agg(json, ','), ']}}') AS body
  FROM ({features}) AS feature
"""

# RFC 7946 requires counterclockwise exterior rings.
COUNCILS = """
SELECT concat('{"type":"Feature","properties":{"council_id":', council_id, ',"council_name":',
              to_json(council_name), ',"nc_id":',
              CASE WHEN nc_id ~ '^[0-9]{1,9}$' THEN nc_id ELSE to_json(nc_id)::text END, '},"geometry":',
              ST_AsGeoJSON(ST_ForcePolygonCCW(geom)), '}') AS json
  FROM geometries JOIN councils USING (council_id) ORDER BY council_id
"""

COUNCIL_OF_PLACE = """
SELECT concat('{"council_id":', council_id, '}') AS body
  FROM council_at(:longitude, :latitude) AS council_id WHERE council_id > 0
"""

# Most points are isolated and need no clustering. Of the 12 points within 30 meters of a core point, at
# least 3 share a cell of 61 meters, and all of them are in that cell or in one of its eight neighbors.
# Subqueries read the scale, because a join would add a quarter to the time of reading the points.
HOTSPOTS = """
WITH points AS MATERIALIZED (
    SELECT latitude, longitude, council_id,
           (longitude * (SELECT meters_per_degree_longitude / 61 FROM city))::bigint * 1000000
           + (latitude * (SELECT meters_per_degree_latitude / 61 FROM city))::bigint AS cell
      FROM service_requests
     WHERE type_id = CAST(:type_id AS bigint) AND created_date >= CAST(:start_date AS date)
       AND latitude IS NOT NULL AND NOT is_information
), busy AS (
    SELECT DISTINCT cell + across * 1000000 + up AS cell
      FROM (SELECT cell FROM points GROUP BY cell HAVING count(*) >= 3) AS full_cells,
           generate_series(-1, 1) AS across, generate_series(-1, 1) AS up
), clustered AS (
    SELECT latitude, longitude, council_id,
           ST_ClusterDBSCAN(ST_MakePoint(longitude * meters_per_degree_longitude,
                                         latitude * meters_per_degree_latitude), 30, 12) OVER () AS hotspot_id
      FROM points JOIN busy USING (cell), city
), hotspots AS (
    SELECT hotspot_id, count(*) AS requests, mode() WITHIN GROUP (ORDER BY council_id) AS council_id,
           round(avg(latitude)::numeric, 7) AS latitude, round(avg(longitude)::numeric, 7) AS longitude
      FROM clustered WHERE hotspot_id IS NOT NULL GROUP BY hotspot_id
)
SELECT concat('{"type":"Feature","properties":{"council_name":', to_json(council_name),
              ',"council_id":', council_id, ',"hotspot_id":', hotspot_id, ',"count":', requests,
              '},"geometry":{"type":"Point","coordinates":[', hotspots.longitude, ',', hotspots.latitude,
              ']}}') AS json
  FROM hotspots JOIN councils USING (council_id) ORDER BY hotspot_id
"""


def council_polygons() -> Query:
    return Query(COLLECTION.format(features=COUNCILS), ttl_seconds=DAY_SECONDS)


def council_of_place(latitude: float, longitude: float) -> Query:
    return Query(COUNCIL_OF_PLACE, {"latitude": latitude, "longitude": longitude}, is_shared=False)


def hotspots(type_id: int, start_date: dt.date, *, is_lasting: bool = True) -> Query:
    """Clusters of at least 12 requests of a type within 30 meters of one of them."""
    values = {"type_id": type_id, "start_date": start_date}
    return Query(COLLECTION.format(features=HOTSPOTS), values, is_lasting=is_lasting)
