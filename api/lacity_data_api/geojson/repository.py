from __future__ import annotations

import datetime as dt

from lacity_data_api.statements import DAY_SECONDS, Query

# Homeless encampments.
DEFAULT_TYPE = 2

COLLECTION = """
SELECT concat('{{"type":"FeatureCollection","features":[', string_agg(json, ','), ']}}') AS body
  FROM ({features}) AS feature
"""

# RFC 7946 requires counterclockwise exterior rings. JSON has no numbers with leading zeros.
COUNCILS = """
SELECT concat('{"type":"Feature","properties":{"council_id":', council_id, ',"council_name":',
              to_json(council_name), ',"nc_id":',
              CASE WHEN nc_id ~ '^(0|[1-9][0-9]{0,8})$' THEN nc_id ELSE to_json(nc_id)::text END,
              '},"geometry":', ST_AsGeoJSON(ST_ForcePolygonCCW(geom)), '}') AS json
  FROM geometries JOIN councils USING (council_id) ORDER BY council_id
"""

COUNCIL_OF_PLACE = """
SELECT concat('{"council_id":', council_id, '}') AS body
  FROM council_at(:longitude, :latitude) AS council_id WHERE council_id > 0
"""

# Requests return to the same places, so places are clustered; 12 copies of one suffice to make it, and every
# place within 30 meters, a core. Most places are isolated: 12 requests within 30 meters of one are all in its
# cell of 31 meters or in the eight around it. Cells of one column have consecutive numbers, those of the next
# are a million higher. Subqueries read the scale: a join would add a quarter to the time of reading requests.
HOTSPOTS = """
WITH places AS MATERIALIZED (
    SELECT latitude, longitude, council_id, count(*)::integer AS requests,
           (longitude * (SELECT meters_per_degree_longitude / 31 FROM city))::bigint * 1000000
           + (latitude * (SELECT meters_per_degree_latitude / 31 FROM city))::bigint AS cell
      FROM service_requests
     WHERE type_id = CAST(:type_id AS bigint) AND created_date >= CAST(:start_date AS date)
       AND latitude IS NOT NULL AND NOT is_information
     GROUP BY latitude, longitude, council_id
), cells AS (
    SELECT cell, sum(requests)::integer AS requests FROM places GROUP BY cell
), surrounded AS (
    SELECT cell, sum(requests) OVER own_column + coalesce(sum(requests) OVER column_before, 0)
                 + coalesce(sum(requests) OVER column_after, 0) AS requests
      FROM cells
    WINDOW own_column AS (ORDER BY cell RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING),
           column_before AS (ORDER BY cell RANGE BETWEEN 1000001 PRECEDING AND 999999 PRECEDING),
           column_after AS (ORDER BY cell RANGE BETWEEN 999999 FOLLOWING AND 1000001 FOLLOWING)
), busy AS (
    SELECT DISTINCT cell + across * 1000000 + up AS cell
      FROM (SELECT cell FROM surrounded WHERE requests >= 12) AS full_cells,
           generate_series(-1, 1) AS across, generate_series(-1, 1) AS up
), candidates AS MATERIALIZED (
    SELECT latitude, longitude, council_id, requests FROM places JOIN busy USING (cell)
), clustered AS (
    SELECT latitude, longitude, council_id, requests, copy,
           ST_ClusterDBSCAN(ST_MakePoint(longitude * meters_per_degree_longitude,
                                         latitude * meters_per_degree_latitude), 30, 12) OVER () AS hotspot_id
      FROM candidates, generate_series(1, least(requests, 12)) AS copy, city
), counted AS (
    SELECT hotspot_id, council_id, sum(requests) AS requests,
           sum(latitude * requests) AS latitude, sum(longitude * requests) AS longitude
      FROM clustered WHERE hotspot_id IS NOT NULL AND copy = 1 GROUP BY hotspot_id, council_id
), hotspots AS (
    SELECT hotspot_id, sum(requests) AS requests,
           (array_agg(council_id ORDER BY requests DESC, council_id))[1] AS council_id,
           round((sum(latitude) / sum(requests))::numeric, 7) AS latitude,
           round((sum(longitude) / sum(requests))::numeric, 7) AS longitude
      FROM counted GROUP BY hotspot_id
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
