"""SQL that writes the JSON of the first version's routes."""

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
      FROM requests WHERE srnumber = ANY (CAST(:srnumbers AS text[]))
     ORDER BY array_position(CAST(:srnumbers AS text[]), srnumber) LIMIT 1) AS item
"""

PIN = """concat('{"srnumber":', to_json(r.srnumber), ',"requesttype":', to_json(t.data_code),
         ',"latitude":', r.latitude, ',"longitude":', r.longitude, '}')"""

OPEN_REQUESTS = """
WITH counted AS (
    SELECT o.council_id, t.type_name, sum(o.requests) AS requests
      FROM rollup_open o JOIN request_types t USING (type_id) GROUP BY o.council_id, t.type_name
), councils_counted AS (
    SELECT council_id,
           coalesce(json_object_agg(type_name, requests) FILTER (WHERE requests > 0), '{{}}') AS types
      FROM councils LEFT JOIN counted USING (council_id) GROUP BY council_id
)
SELECT concat('{{"counts":{{"nc":', (SELECT json_object_agg(council_id, types ORDER BY council_id)
                                       FROM councils_counted),
              '}},"requests":[', string_agg({pin}, ',' ORDER BY r.request_id DESC), ']}}') AS body
  FROM service_requests r JOIN request_types t USING (type_id)
 WHERE is_open AND NOT r.is_information AND latitude IS NOT NULL
"""

# Requests of these types, created on these days.
MATCHED = """NOT r.is_information
       AND r.created_date >= CAST(:start_date AS date) AND r.created_date < CAST(:end_date AS date) + 1
       AND r.type_id IN (SELECT type_id FROM request_types WHERE data_code = ANY (CAST(:types AS text[])))"""

PINS = """
SELECT concat('[', string_agg({pin}, ',' ORDER BY r.created_date DESC, r.request_id DESC), ']') AS body
  FROM (SELECT * FROM service_requests r
         WHERE {matched} AND latitude IS NOT NULL AND r.council_id = ANY (CAST(:councils AS bigint[]))
         ORDER BY created_date DESC, request_id DESC LIMIT 100000) AS r JOIN request_types t USING (type_id)
"""

# The compared requests with their key: the type, council or council district.
BY_TYPE = """SELECT t.data_code AS key, r.created_date, r.closed_date, r.source_id
      FROM service_requests r JOIN request_types t USING (type_id)
     WHERE {matched} AND r.council_id = ANY (CAST(:councils AS bigint[]))"""
BY_DISTRICT = """SELECT r.{column} AS key, r.created_date, r.closed_date, r.source_id
      FROM service_requests r
     WHERE {matched} AND r.{column} = ANY (CAST(:{ids} AS bigint[]))"""
DISTRICT_COLUMNS = {"nc": "council_id", "cc": "city_id"}

# A count per bin for every requested key. The first day is bound as a number, because the driver sends the
# first date of the calendar as minus infinity, which cannot be subtracted.
BINNED = """(
    SELECT coalesce(json_object_agg(key, counts), '{{}}') FROM (
        SELECT key, json_agg(coalesce(requests, 0) ORDER BY number) AS counts
          FROM unnest({keys}) AS requested (key)
         CROSS JOIN generate_series(0, CAST(:bins AS integer) - 1) AS bin (number)
          LEFT JOIN (SELECT key, (CAST(created_date AS date) - DATE '0001-01-01'
                                  - CAST(:first_day AS integer)) / CAST(:bin_days AS integer) AS number,
                            count(*) AS requests
                       FROM {rows} GROUP BY 1, 2) AS counted USING (key, number)
         GROUP BY key) AS lists)"""

# A box for every requested key. Unlike everywhere else, a day is a full 24 hours, as in the first version;
# negative days count as 0. A whisker never ends inside the box.
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
                   'whiskerMin', least(q[1], min(days) FILTER (WHERE is_usual)),
                   'whiskerMax', greatest(q[3], max(days) FILTER (WHERE is_usual)),
                   'count', count(*), 'outlierCount', count(*) FILTER (WHERE NOT is_usual)) AS box
          FROM fenced GROUP BY key, q
    )
    SELECT coalesce(json_object_agg(key, coalesce(box, json_build_object('count', 0))), '{{}}')
      FROM unnest({keys}) AS requested (key) LEFT JOIN boxes USING (key))"""

SOURCES = """(
    SELECT coalesce(json_object_agg(source, requests ORDER BY source), '{{}}')
      FROM (SELECT s.data_code AS source, count(*) AS requests
              FROM {rows} JOIN sources s USING (source_id) GROUP BY 1) AS counted)"""
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
           'set1', json_build_object('district', CAST(:district1 AS text), '{name}', {json1}),
           'set2', json_build_object('district', CAST(:district2 AS text), '{name}', {json2})
       ) AS text) AS body
"""
BINS = "'bins', to_json(CAST(:edges AS text[])),"


def open_requests() -> str:
    return OPEN_REQUESTS.format(pin=PIN)


def pins() -> str:
    return PINS.format(pin=PIN, matched=MATCHED)


def visualizations() -> str:
    parts = {"rows": "matched", "keys": "CAST(:types AS text[])"}
    return VISUALIZATIONS.format(
        rows=BY_TYPE.format(matched=MATCHED),
        frequency=BINNED.format(**parts),
        time_to_close=BOXES.format(**parts),
        types=TYPES.format(**parts),
        sources=SOURCES.format(**parts),
    )


def comparison(name: str, json: str, district1: str, district2: str, bins: str = "") -> str:
    """Compares two sets of districts; ``json`` describes the rows of each."""

    def rows(district: str, ids: str) -> str:
        return BY_DISTRICT.format(matched=MATCHED, column=DISTRICT_COLUMNS[district], ids=ids)

    return COMPARED.format(
        bins=bins,
        name=name,
        rows1=rows(district1, "ids1"),
        rows2=rows(district2, "ids2"),
        json1=json.format(rows="set1", keys="CAST(:ids1 AS bigint[])"),
        json2=json.format(rows="set2", keys="CAST(:ids2 AS bigint[])"),
    )
