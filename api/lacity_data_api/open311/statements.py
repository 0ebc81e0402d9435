"""SQL of GeoReport. Published times are written without offset; ``formats`` adds that of the city."""

from __future__ import annotations

from lacity_data_api.statements import LIST

SERVICES = """
SELECT type_id::text AS service_code, type_name AS service_name, nullif(description, '') AS description,
       false AS metadata, 'batch' AS type, CASE WHEN group_id <> 0 THEN group_name END AS keywords,
       group_name AS "group"
  FROM request_types JOIN type_groups USING (group_id) WHERE {condition} ORDER BY type_id
"""
# Requests are submitted to the city, not here: services have no attributes to fill in.
DEFINITION = """
SELECT json_build_object('service_code', type_id::text, 'attributes', json_build_array())::text AS body
  FROM request_types WHERE type_id = CAST(:type_id AS bigint)
"""
EXTENDED = """,
       json_build_object(
           'source', source_name, 'council', council_name, 'status_description', r.status,
           'closed_datetime', r.closed_date, 'is_duplicate', r.is_duplicate, 'duplicate_of', raw.parent
       ) AS extended_attributes,
       coalesce((SELECT json_agg({note} ORDER BY sequence)
                   FROM changes WHERE request_id = r.request_id), '[]') AS notes"""
# The time of a change is that of the run that found it.
NOTE = """json_build_object(
           'datetime', changed_at,
           'summary', array_to_string(kind || also, ', '), 'type', kind
       )"""
# LIMIT is in the subquery, so that only the requests of the page are joined.
REQUESTS = """
SELECT r.srnumber AS service_request_id, CASE WHEN r.is_open THEN 'open' ELSE 'closed' END AS status,
       nullif(concat_ws('; ', nullif(btrim(r.status), ''), nullif(btrim(r.outcome), ''),
                        nullif(btrim(r.reason), '')), '') AS status_notes,
       type_name AS service_name, r.type_id::text AS service_code,
       left(nullif(btrim(raw.detail), ''), 4000) AS description,
       CASE WHEN r.agency_id <> 0 THEN agency_name END AS agency_responsible, NULL AS service_notice,
       r.created_date AS requested_datetime, coalesce(r.closed_date, raw.updateddate) AS updated_datetime,
       raw.duedate AS expected_datetime, nullif(r.address, '') AS address, NULL AS address_id,
       nullif(btrim(raw.zipcode), '') AS zipcode, r.latitude AS lat, r.longitude AS long,
       NULL AS media_url{extended}
  FROM (SELECT * FROM service_requests WHERE {where} ORDER BY {order} LIMIT :limit) AS r
  JOIN requests AS raw ON raw.id = r.request_id
  JOIN request_types ON request_types.type_id = r.type_id
  JOIN agencies ON agencies.agency_id = r.agency_id
  JOIN sources ON sources.source_id = r.source_id
  JOIN councils ON councils.council_id = r.council_id
 ORDER BY {sorted}
"""
ONE = "SELECT body FROM ({requests}) AS listed WHERE body <> '[]'"
NEWEST_FIRST = ("created_date DESC, request_id DESC", "r.created_date DESC, r.request_id DESC")
OLDEST_FIRST = ("created_date, request_id", "r.created_date, r.request_id")

# A position in the order of pages, as text: microseconds since 1970, a dot, and the request's id.
MARK = "(extract(epoch FROM created_date) * 1000000)::bigint || '.' || request_id"
# The planner estimates simple comparisons well, but not row comparisons.
AFTER = "created_date >= :after_date AND (created_date, request_id) > (:after_date, :after_id)"
UP_TO = "created_date <= :last_date AND (created_date, request_id) <= (:last_date, :last_id)"
ENDS = """
SELECT (array_agg(mark))[1] AS first, (array_agg(mark))[count(*)] AS last
  FROM (SELECT {mark} AS mark FROM service_requests WHERE {where}
         ORDER BY created_date, request_id OFFSET :skip LIMIT :rows) AS page
"""
SINCE_DAY = "created_date >= CAST(:day AS date)"

BY_DAY = "SELECT created_date::date AS day, count(*) AS rows FROM service_requests WHERE {where} GROUP BY 1"
# The rollup has whole days; requests of a partial first and last day are counted one by one.
FIRST_DAY = "created_date < CAST(:first_day AS date)"
LAST_DAY = "created_date >= greatest(CAST(:last_day AS date), CAST(:first_day AS date))"
BY_WHOLE_DAY = """
SELECT created_date AS day, sum({measures}) AS rows FROM {rollup}
 WHERE created_date >= CAST(:first_day AS date) AND created_date < CAST(:last_day AS date) AND {where}
 GROUP BY 1
"""
DAYS = """
SELECT coalesce(json_agg(json_build_array(day, rows) ORDER BY day), '[]')::text AS body
  FROM ({counts}) AS days WHERE rows > 0
"""


def services(condition: str) -> str:
    return LIST.format(sql=SERVICES.format(condition=condition))


def requests(where: str, order: tuple[str, str], *, is_extended: bool) -> str:
    """Binds ``limit``."""
    extended = EXTENDED.format(note=NOTE) if is_extended else ""
    return REQUESTS.format(where=where, order=order[0], sorted=order[1], extended=extended)


def one(where: str, order: str, *, is_extended: bool) -> str:
    """The first request in this order, as a list of one."""
    found = requests(where, (order, "r.request_id"), is_extended=is_extended)
    return ONE.format(requests=LIST.format(sql=found))


def ends(where: str) -> str:
    """The first and the last of at most ``rows`` rows after ``skip``; null if there are none."""
    return ENDS.format(mark=MARK, where=where)


def days(where: str) -> str:
    """The number of requests per day, in order."""
    return DAYS.format(counts=BY_DAY.format(where=where))


def days_by_rollup(where: str, edges: list[str], rollup: str, measures: str, rollup_where: str) -> str:
    """The same from a rollup, except for partial days. Binds ``first_day`` and ``last_day`` (exclusive)."""
    counted = [BY_DAY.format(where=f"{where} AND {edge}") for edge in edges]
    whole = BY_WHOLE_DAY.format(measures=measures, rollup=rollup, where=rollup_where)
    return DAYS.format(counts=" UNION ALL ".join([*counted, whole]))
