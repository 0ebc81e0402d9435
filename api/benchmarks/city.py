"""A generated city of any number of requests, made inside Postgres in seconds.

Requests spread evenly over the days before ``last_day``; types, councils, agencies, sources, hours and days
to close follow mixes like the city's. Of the newest 15 percent about one in fifteen is still open: 51,000 of 5 million, 42,800 a month.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg2

from lacity_data_api.seeds import read_seed

DAYS = 3_500
# Share of each of the twelve request types, in percent, by type_id.
TYPE_MIX = (21, 8, 3, 38, 4, 9, 5, 2, 3, 1, 5, 1)
COUNCILS = 99

SERVICE_REQUESTS = """
INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id,
                              council_id, region_id, address, latitude, longitude, status, geom)
SELECT id, '1-' || (3000000000 + id), created,
       CASE WHEN is_open THEN NULL ELSE created + make_interval(hours => (hours_open * hours_open / 40)::int) END,
       type_id, t.agency_id, source_id, council_id, c.region_id,
       (100 + mod(id, 19000)) || ' S ' || upper(c.council_name) || ' AVE, 9' || lpad(mod(id, 9999)::text, 4, '0'),
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
           round((33.75 + random() * 0.55)::numeric, 6)::float8 AS latitude,
           round((-118.65 + random() * 0.48)::numeric, 6)::float8 AS longitude
      FROM generate_series(1, %(rows)s) id) drawn
  JOIN councils c USING (council_id)
  JOIN request_types t USING (type_id)
"""

INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'service_requests' AND indexname LIKE '%idx'
"""


def type_slots() -> list[int]:
    """A hundred type ids to draw one from, each as often as its share."""
    return [number + 1 for number, share in enumerate(TYPE_MIX) for _ in range(share)]


def insert_without_indexes(cursor: Any, values: dict[str, Any]) -> None:
    """Insert the rows, then make the indexes anew: four times as fast as keeping them in step."""
    cursor.execute(INDEXES)
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute(SERVICE_REQUESTS, values)
    for _, definition in indexes:
        cursor.execute(definition)


def build(dsn: str, rows: int, last_day: dt.date) -> None:
    """Fill an empty, migrated database with ``rows`` served requests and exact rollups."""
    from benchmarks.rollups import recount

    values = {
        "rows": rows,
        "days": DAYS,
        "last_day": last_day,
        "types": type_slots(),
        "councils": len(read_seed("councils")) - 1,
    }
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.311)")
        cursor.execute("SET work_mem = '512MB'; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        insert_without_indexes(cursor, values)
        recount(cursor)
        cursor.execute("UPDATE data_generation SET generation = generation + 1, changed_at = now()")
    connection.close()
    with psycopg2.connect(dsn) as analysed:
        analysed.autocommit = True
        analysed.cursor().execute("VACUUM ANALYZE")
    analysed.close()
