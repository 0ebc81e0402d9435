"""What the routes of the first version ask, as SQL that writes their JSON."""

from __future__ import annotations

SERVICE_REQUEST = """
SELECT row_to_json(item)::text AS body FROM (
    SELECT id, srnumber, requesttype, status, actiontaken,
           CAST(extract(epoch FROM createddate) AS bigint) AS createddate,
           CAST(extract(epoch FROM updateddate) AS bigint) AS updateddate,
           CAST(extract(epoch FROM servicedate) AS bigint) AS servicedate,
           CAST(extract(epoch FROM closeddate) AS bigint) AS closeddate,
           requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
           address, zipcode, latitude, longitude
      FROM requests WHERE srnumber = :srnumber) AS item
"""

PIN = """concat('{"srnumber":', to_json(r.srnumber), ',"requesttype":',
         coalesce(to_json((SELECT data_code FROM request_types t WHERE t.type_id = r.type_id)), '""'),
         ',"latitude":', r.latitude, ',"longitude":', r.longitude, '}')"""

OPEN_REQUESTS = """
WITH counted AS (
    SELECT o.council_id, coalesce(t.type_name, '') AS type_name, sum(o.requests) AS requests
      FROM rollup_open o LEFT JOIN request_types t USING (type_id) GROUP BY o.council_id, t.type_name
), councils_counted AS (
    SELECT council_id,
           coalesce(json_object_agg(type_name, requests) FILTER (WHERE requests > 0), '{{}}') AS types
      FROM councils FULL JOIN counted USING (council_id) GROUP BY council_id
)
SELECT concat('{{"counts":{{"nc":', (SELECT json_object_agg(council_id, types ORDER BY council_id)
                                       FROM councils_counted),
              '}},"requests":[', string_agg({pin}, ',' ORDER BY r.request_id DESC), ']}}') AS body
  FROM service_requests r WHERE closed_date IS NULL
"""

# Requests created on the days asked for, of the types asked for.
MATCHED = """r.created_date >= CAST(:start_date AS date) AND r.created_date < CAST(:end_date AS date) + 1
       AND r.type_id IN (SELECT type_id FROM request_types WHERE data_code = ANY (CAST(:types AS text[])))"""

PINS = """
SELECT concat('[', string_agg({pin}, ',' ORDER BY r.created_date DESC, r.request_id DESC), ']') AS body
  FROM (SELECT * FROM service_requests r
         WHERE {matched} AND r.council_id = ANY (CAST(:councils AS bigint[]))
         ORDER BY created_date DESC, request_id DESC LIMIT 100000) AS r
"""

# What is compared, each request under its key: its type, its council or its city council district.
BY_TYPE = """SELECT t.data_code AS key, r.created_date, r.closed_date, r.source_id
      FROM service_requests r JOIN request_types t USING (type_id)
     WHERE {matched} AND r.council_id = ANY (CAST(:councils AS bigint[]))"""
BY_DISTRICT = {
    "nc": """SELECT r.council_id AS key, r.created_date, r.closed_date, r.source_id
      FROM service_requests r
     WHERE {matched} AND r.council_id = ANY (CAST(:{ids} AS bigint[]))""",
    # Only the raw rows know the city council district.
    "cc": """SELECT q.cd AS key, r.created_date, r.closed_date, r.source_id
      FROM service_requests r JOIN requests q ON q.id = r.request_id
     WHERE {matched} AND q.cd = ANY (CAST(:{ids} AS bigint[]))""",
}

# Under every key asked for, a count for each bin. The first day comes as a number: the driver takes the first
# date of the calendar for minus infinity, from which nothing can be told.
BINNED = """(
    SELECT coalesce(json_object_agg(key, counts), '{{}}') FROM (
        SELECT key, json_agg(coalesce(requests, 0) ORDER BY number) AS counts
          FROM unnest({keys}) AS asked (key)
         CROSS JOIN generate_series(0, CAST(:bins AS integer) - 1) AS bin (number)
          LEFT JOIN (SELECT key, (CAST(created_date AS date) - DATE '0001-01-01'
                                  - CAST(:first_day AS integer)) / CAST(:bin_days AS integer) AS number,
                            count(*) AS requests
                       FROM {rows} GROUP BY 1, 2) AS counted USING (key, number)
         GROUP BY key) AS lists)"""

# Under every key asked for, a box. Days are full 24 hours, as the first version had them; never below none.
BOXES = """(
    WITH closed AS (
        SELECT key, CAST(greatest(0, extract(day FROM closed_date - created_date)) AS float8) AS days
          FROM {rows} WHERE closed_date IS NOT NULL
    ), quartiles AS (
        SELECT key, percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY days) AS q
          FROM closed GROUP BY key
    ), fenced AS (
        SELECT key, days, q,
               days BETWEEN q[1] - 1.5 * (q[3] - q[1]) AND q[3] + 1.5 * (q[3] - q[1]) AS is_usual
          FROM closed JOIN quartiles USING (key)
    ), boxes AS (
        SELECT key, json_build_object(
                   'min', min(days), 'q1', q[1], 'median', q[2], 'q3', q[3], 'max', max(days),
                   'whiskerMin', min(days) FILTER (WHERE is_usual),
                   'whiskerMax', max(days) FILTER (WHERE is_usual),
                   'count', count(*), 'outlierCount', count(*) FILTER (WHERE NOT is_usual)) AS box
          FROM fenced GROUP BY key, q
    )
    SELECT coalesce(json_object_agg(key, coalesce(box, json_build_object('count', 0))), '{{}}')
      FROM unnest({keys}) AS asked (key) LEFT JOIN boxes USING (key))"""

SOURCES = """(
    SELECT coalesce(json_object_agg(source, requests ORDER BY source), '{{}}')
      FROM (SELECT coalesce(s.data_code, '') AS source, count(*) AS requests
              FROM {rows} LEFT JOIN sources s USING (source_id) GROUP BY 1) AS counted)"""
TYPES = """(
    SELECT coalesce(json_object_agg(key, requests ORDER BY key), '{{}}')
      FROM (SELECT key, count(*) AS requests FROM {rows} GROUP BY 1) AS counted)"""

VISUALIZATIONS = """
WITH matched AS MATERIALIZED ({rows})
SELECT CAST(json_build_object(
           'frequency', json_build_object('bins', to_json(CAST(:edges AS text[])), 'counts', {frequency}),
           'timeToClose', {time_to_close},
           'counts', json_build_object('type', {types}, 'source', {sources})) AS text) AS body
"""

COMPARED = """
WITH set1 AS MATERIALIZED ({rows1}), set2 AS MATERIALIZED ({rows2})
SELECT CAST(json_build_object({bins}
           'set1', json_build_object('district', CAST(:district1 AS text), '{name}', {told1}),
           'set2', json_build_object('district', CAST(:district2 AS text), '{name}', {told2})
       ) AS text) AS body
"""
BINS = "'bins', to_json(CAST(:edges AS text[])),"


def open_requests() -> str:
    return OPEN_REQUESTS.format(pin=PIN)


def pins() -> str:
    return PINS.format(pin=PIN, matched=MATCHED)


def visualizations() -> str:
    asked = {"rows": "matched", "keys": "CAST(:types AS text[])"}
    return VISUALIZATIONS.format(
        rows=BY_TYPE.format(matched=MATCHED),
        frequency=BINNED.format(**asked),
        time_to_close=BOXES.format(**asked),
        types=TYPES.format(**asked),
        sources=SOURCES.format(**asked),
    )


def compared(name: str, told: str, district1: str, district2: str, bins: str = "") -> str:
    """Two sets of districts side by side; ``told`` is what is said of the rows of each."""
    return COMPARED.format(
        bins=bins,
        name=name,
        rows1=BY_DISTRICT[district1].format(matched=MATCHED, ids="ids1"),
        rows2=BY_DISTRICT[district2].format(matched=MATCHED, ids="ids2"),
        told1=told.format(rows="set1", keys="CAST(:ids1 AS bigint[])"),
        told2=told.format(rows="set2", keys="CAST(:ids2 AS bigint[])"),
    )
