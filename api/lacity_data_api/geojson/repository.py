from __future__ import annotations

import datetime as dt

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.queries import written

# Homeless encampments.
DEFAULT_TYPE = 2

COLLECTION = """
SELECT concat('{{"type":"FeatureCollection","features":[', string_agg(json, ','), ']}}') AS body
  FROM ({features}) AS feature
"""

COUNCILS = """
SELECT concat('{"type":"Feature","properties":{"council_id":', council_id, ',"council_name":',
              to_json(council_name), ',"nc_id":', nc_id, '},"geometry":', ST_AsGeoJSON(geom), '}') AS json
  FROM geometries JOIN councils USING (council_id) ORDER BY council_id
"""

# A point on a border belongs to the council with the lower id, as in the merge.
COUNCIL_OF_PLACE = """
SELECT concat('{"council_id":', council_id, '}') AS body
  FROM geometries
 WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326))
 ORDER BY council_id LIMIT 1
"""

# Degrees become metres about the city's middle latitude, 34.05 north: within half a percent everywhere in it.
# Most points lie alone and need no clustering. Of 12 points within 30 metres of one, 3 share a cell of 61
# metres, and whoever belongs to them is in that cell or in one of the eight around it.
HOTSPOTS = """
WITH points AS MATERIALIZED (
    SELECT latitude, longitude, council_id,
           (longitude * 92330 / 61)::integer * 10000 + (latitude * 110924 / 61)::integer AS cell
      FROM service_requests
     WHERE type_id = CAST(:type_id AS bigint) AND created_date >= CAST(:start_date AS date)
), busy AS (
    SELECT DISTINCT cell + across * 10000 + up AS cell
      FROM (SELECT cell FROM points GROUP BY cell HAVING count(*) >= 3) AS full_cells,
           generate_series(-1, 1) AS across, generate_series(-1, 1) AS up
), clustered AS (
    SELECT latitude, longitude, council_id,
           ST_ClusterDBSCAN(ST_MakePoint(longitude * 92330, latitude * 110924), 30, 12) OVER () AS hotspot_id
      FROM points JOIN busy USING (cell)
), hotspots AS (
    SELECT hotspot_id, count(*) AS requests, mode() WITHIN GROUP (ORDER BY council_id) AS council_id,
           round(avg(latitude)::numeric, 7) AS latitude, round(avg(longitude)::numeric, 7) AS longitude
      FROM clustered WHERE hotspot_id IS NOT NULL GROUP BY hotspot_id
)
SELECT concat('{"type":"Feature","properties":{"council_name":', coalesce(to_json(council_name), '""'),
              ',"council_id":', council_id, ',"hotspot_id":', hotspot_id, ',"count":', requests,
              '},"geometry":{"type":"Point","coordinates":[', hotspots.longitude, ',', hotspots.latitude,
              ']}}') AS json
  FROM hotspots LEFT JOIN councils USING (council_id) ORDER BY hotspot_id
"""


def council_polygons() -> Question:
    query = written(COLLECTION.format(features=COUNCILS))
    return Question("geojson", query, ttl_seconds=DAY_SECONDS)


def council_of_place(latitude: float, longitude: float) -> Question:
    query = written(COUNCIL_OF_PLACE, latitude=latitude, longitude=longitude)
    parameters = {"latitude": latitude, "longitude": longitude}
    return Question("geojson/geocode", query, parameters, is_shared=False)


def hotspots(type_id: int, start_date: dt.date, *, is_lasting: bool = True) -> Question:
    """Places where at least 12 requests of a type lie within 30 metres of one of them."""
    query = written(COLLECTION.format(features=HOTSPOTS), type_id=type_id, start_date=start_date)
    parameters = {"type_id": type_id, "start_date": start_date}
    return Question("geojson/hotspots", query, parameters, is_lasting=is_lasting)
