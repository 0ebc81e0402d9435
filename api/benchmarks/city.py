"""A generated city of any number of requests, made inside Postgres in minutes.

Requests spread evenly over the days before ``last_day``; types, councils, agencies, sources, hours and days
to close follow mixes like the city's. Of the newest 15 percent about one in fifteen is still open: 51,000 of
5 million, 42,800 a month. One request in twenty lies at one of 60 spots, so that there are hot spots to find.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg2

from lacity_data_api.seeds import read_seed

DAYS = 3_500
# Share of each of the twelve request types, in percent, by type_id.
TYPE_MIX = (21, 8, 3, 38, 4, 9, 5, 2, 3, 1, 5, 1)
# The dataset that every request is said to come from.
DATASET = "ms7h-a45h"

SERVICE_REQUESTS = """
INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id,
                              council_id, region_id, address, latitude, longitude, status, geom)
SELECT id, '1-' || (3000000000 + id), created,
       CASE WHEN NOT is_open THEN created + make_interval(hours => (hours_open * hours_open / 40)::int) END,
       type_id, coalesce(nullif(t.agency_id, 0), 2), source_id, council_id, c.region_id,
       format('%%s S %%s AVE, 90%%s', 100 + mod(id, 19000), upper(c.council_name), mod(id, 899) + 100),
       drawn.latitude, drawn.longitude, CASE WHEN is_open THEN 'Open' ELSE 'Closed' END,
       ST_SetSRID(ST_MakePoint(drawn.longitude, drawn.latitude), 4326)
  FROM (
    SELECT id, date_trunc('minute', %(last_day)s::timestamp + interval '1 day'
                          - (%(rows)s - id + random()) * %(days)s / %(rows)s * interval '1 day') AS created,
           (%(types)s::int[])[1 + floor(random() * 100)::int] AS type_id,
           floor(power(random(), 1.3) * (%(councils)s + 1))::int AS council_id,
           1 + floor(random() * 18)::int AS source_id,
           random() * 140 AS hours_open,
           random() < 0.136 * greatest(0, (id - %(rows)s * 0.85)::float8 / (%(rows)s * 0.15)) AS is_open,
           round((CASE WHEN is_spot THEN 33.80 + mod(id, 60) * 0.0075 + random() * 0.0002
                       ELSE 33.75 + random() * 0.55 END)::numeric, 6)::float8 AS latitude,
           round((CASE WHEN is_spot THEN -118.60 + mod(mod(id, 60) * 7, 60) * 0.0065 + random() * 0.0002
                       ELSE -118.65 + random() * 0.48 END)::numeric, 6)::float8 AS longitude
      FROM generate_series(1, %(rows)s) id, LATERAL (SELECT random() < 0.05 AND id > 0 AS is_spot) spot) drawn
  JOIN councils c USING (council_id)
  JOIN request_types t USING (type_id)
"""

REQUESTS = """
INSERT INTO requests (id, srnumber, requesttype, status, createddate, updateddate, closeddate, requestsource,
                      owner, nc, ncname, address, latitude, longitude, dataset_id, source_row_id,
                      source_updated_at)
SELECT request_id, srnumber, t.data_code, status, created_date, coalesce(closed_date, created_date),
       closed_date, s.data_code, a.data_code, nullif(c.data_code, 0), nullif(c.council_name, 'No council'),
       address, r.latitude, r.longitude, %(dataset)s, 'row-' || request_id,
       date_trunc('day', created_date) + interval '1 day'
  FROM service_requests r
  JOIN request_types t USING (type_id)
  JOIN sources s USING (source_id)
  JOIN agencies a ON a.agency_id = r.agency_id
  JOIN councils c USING (council_id)
"""

# Cells around the councils' centres, with as many corners as the official polygons (about 350 kB as GeoJSON).
GEOMETRIES = """
WITH centres AS (
    SELECT council_id, data_code, ST_SetSRID(ST_MakePoint(longitude, latitude), 4326) AS centre
      FROM councils WHERE council_id > 0
), cells AS (
    SELECT (ST_Dump(ST_VoronoiPolygons(ST_Collect(centre)))).geom AS cell FROM centres
)
INSERT INTO geometries (council_id, nc_id, geom, is_approximate)
SELECT council_id, data_code, ST_Multi(ST_Segmentize(cell, 0.004)), true
  FROM cells JOIN centres ON ST_Contains(cell, centre)
ON CONFLICT DO NOTHING
"""

MEMORY = """
SELECT setval(pg_get_serial_sequence('requests', 'id'), %(rows)s);
INSERT INTO log (status, message) VALUES ('INFO', 'generated city');
INSERT INTO load_runs (finished_at, status, mode, generation, rows_read, rows_inserted)
VALUES (now(), 'succeeded', 'full', 1, %(rows)s, %(rows)s);
UPDATE data_generation SET generation = generation + 1, changed_at = now();
"""

# Keys and constraints stay; the rest is made anew after the rows are in.
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname LIKE '%%idx'
"""


def type_slots() -> list[int]:
    """A hundred type ids to draw one from, each as often as its share."""
    return [number + 1 for number, share in enumerate(TYPE_MIX) for _ in range(share)]


def insert_without_indexes(cursor: Any, table: str, statement: str, values: dict[str, Any]) -> None:
    """Insert the rows, then make the table's indexes anew: four times as fast as keeping them in step."""
    cursor.execute(INDEXES, (table,))
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute(statement, values)
    for _, definition in indexes:
        cursor.execute(definition)


def build(dsn: str, rows: int, last_day: dt.date) -> None:
    """Fill an empty, migrated database with ``rows`` requests, raw and served, and exact rollups."""
    from benchmarks.rollups import recount

    values = {
        "rows": rows,
        "days": DAYS,
        "last_day": last_day,
        "types": type_slots(),
        "councils": len(read_seed("councils")) - 1,
        "dataset": DATASET,
    }
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.311)")
        cursor.execute(
            "SET work_mem = '512MB'; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off"
        )
        insert_without_indexes(cursor, "service_requests", SERVICE_REQUESTS, values)
        cursor.execute("ANALYZE service_requests")
        insert_without_indexes(cursor, "requests", REQUESTS, values)
        cursor.execute(GEOMETRIES)
        recount(cursor)
        cursor.execute(MEMORY, values)
    connection.close()
    analysed = psycopg2.connect(dsn)
    analysed.autocommit = True
    analysed.cursor().execute("VACUUM ANALYZE")
    analysed.close()
