"""Requests of a year as the merge leaves them, made by Postgres: both schemas, with everything that is rare.

For the benchmark of the files, and for their tests.
"""

from __future__ import annotations

from typing import Any

import psycopg

TYPES = """
INSERT INTO type_groups (group_id, group_name) VALUES (1, 'Item pickups'), (14, 'Information calls')
ON CONFLICT DO NOTHING;
UPDATE request_types SET group_id = 1 WHERE type_id IN (4, 5, 7);
INSERT INTO request_types (type_id, type_name, data_code, group_id, is_information)
VALUES (1001, 'Item Pickups', 'Item Pickups', 1, false),
       (1002, 'Information-Only', 'Information-Only', 14, true),
       (1003, 'Service Not Complete', 'Service Not Complete', 0, false)
ON CONFLICT DO NOTHING;
INSERT INTO agencies (agency_id, agency_name, data_code)
VALUES (1001, 'Public Works', 'DPW'), (0, 'Not stated', '')
ON CONFLICT DO NOTHING;
"""
# Every seventh request is without a place, every eleventh a call; texts hold commas, quotes and line ends.
RAW = """
INSERT INTO requests (id, srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate,
    closeddate, requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd,
    cdmember, address, zipcode, latitude, longitude, dataset_id, source_row_id, source_updated_at,
    outcome, reason)
SELECT id, CASE WHEN is_case THEN (30000000 + id)::text
                ELSE '1-' || 1000000000 + id * 41 + luck %% 41 END,
       types.data_code, CASE WHEN n %% 5 = 0 THEN 'Open' ELSE 'Closed' END,
       CASE WHEN n %% 2 = 0 THEN 'SR Created' END, created, created + luck %% 900000 * interval '1 second',
       CASE WHEN NOT is_case THEN created::date + 2 END,
       CASE WHEN n %% 5 <> 0 THEN created + luck %% 850000 * interval '1 second' END,
       (ARRAY['Call', 'Self Service', 'Mobile App'])[1 + luck %% 3],
       CASE WHEN is_case THEN 'true' ELSE 'N' END, CASE WHEN NOT is_case THEN 'iOS' END,
       CASE WHEN is_case THEN 'LASAN - LSD' ELSE agencies.data_code END,
       councils.data_code::integer, councils.council_name, 'HOLLYWOOD', 'Central APC', 'W' || luck %% 60,
       n %% 16,
       'Member, "the first"',
       CASE WHEN n %% 13 = 0 THEN E'1 "A" ST,\\nREAR' WHEN n %% 13 = 1 THEN ''
            ELSE luck %% 19997 || ' ' || (ARRAY['N', 'S', 'E', 'W'])[1 + luck %% 4]
                 || ' ' || upper(substr(md5((luck %% 4999)::text), 1, 9)) || ' ST, 900' || luck %% 90 END,
       '900' || lpad((luck %% 90)::text, 2, '0'),
       CASE WHEN n %% 7 <> 0 THEN 33.7 + luck / 3579139413.0 END,
       CASE WHEN n %% 7 <> 0 THEN -118.6 + lucky / 4294967296.0 END,
       'test-test', 'row-' || id, now(),
       CASE WHEN is_case THEN 'AR-Request Completed' END, NULL
  FROM generate_series(1, %(rows)s::integer) AS n
 CROSS JOIN LATERAL (SELECT %(first)s::bigint + n AS id, abs(hashint4(n)::bigint) AS luck,
                            abs(hashint4(-n)::bigint) AS lucky) AS numbered
 CROSS JOIN LATERAL (SELECT %(start)s::timestamp + n * (%(end)s::timestamp - %(start)s::timestamp)
                            / (%(rows)s::integer + 1) AS moment) AS spread
 CROSS JOIN LATERAL (SELECT date_trunc('second', moment + luck %% 20 * interval '1 second') AS created,
                            moment >= '2025-03-28' AS is_case) AS spelled
  JOIN request_types AS types ON types.type_id = CASE WHEN n %% 11 = 0 THEN 1002 WHEN is_case AND n %% 3 = 0
       THEN 1001 WHEN is_case AND n %% 17 = 1 THEN 1003 ELSE 1 + luck %% 12 END
  JOIN agencies ON agencies.agency_id = 1 + luck %% 12
  JOIN councils ON councils.council_id = lucky %% 99
"""
SERVED = """
INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id,
    council_id, region_id, address, latitude, longitude, city_id, status, geom, is_open, is_information,
    outcome, reason)
SELECT id, srnumber, createddate, closeddate, types.type_id,
       CASE WHEN owner = 'LASAN - LSD' THEN 3 ELSE agencies.agency_id END, sources.source_id,
       councils.council_id, councils.region_id, address, requests.latitude, requests.longitude,
       nullif(cd, 0), status, ST_SetSRID(ST_MakePoint(requests.longitude, requests.latitude), 4326),
       closeddate IS NULL, types.is_information, outcome, reason
  FROM requests
  JOIN request_types AS types ON types.data_code = requesttype
  LEFT JOIN agencies ON agencies.data_code = owner
  JOIN sources ON sources.data_code = requestsource
  JOIN councils ON councils.data_code = nc::text
 WHERE id > %(first)s::bigint AND id <= %(first)s::bigint + %(rows)s::integer
"""
POLYGONS = """
INSERT INTO geometries (council_id, nc_id, geom)
SELECT council_id, data_code,
       ST_Multi(ST_MakeEnvelope(-118.4 + council_id * 0.002, 34, -118.39 + council_id * 0.002, 34.01, 4326))
  FROM councils WHERE council_id BETWEEN 1 AND 5 ON CONFLICT DO NOTHING
"""


def add_year(url: str, year: int, rows: int, **span: str) -> None:
    """Add requests spread evenly over a year, or from ``start`` to ``end``, as one new generation."""
    values: dict[str, Any] = {"start": f"{year}-01-01", "end": f"{year + 1}-01-01"} | span
    with psycopg.connect(url) as connection:
        connection.execute(TYPES)
        connection.execute(POLYGONS)
        first = connection.execute("SELECT coalesce(max(id), 0) FROM requests").fetchone()
        numbers = values | {"rows": rows, "first": first[0] if first else 0}
        connection.execute(RAW, numbers)
        connection.execute(SERVED, numbers)
        connection.execute("UPDATE data_generation SET generation = generation + 1, changed_at = now()")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE requests, service_requests")
