"""A change history for the benchmarks: a generated city is loaded only once, so it has no changes."""

from __future__ import annotations

import psycopg2

CHANGES_OF_A_RUN, MAX_CHANGES = 20_000, 1_000_000
"""Fifty runs, one per day."""
# The newest requests as if each had been closed since: a closure records four fields before and after.
FILL = """
INSERT INTO changes (sequence, generation, changed_at, request_id, srnumber, kind, cause, type_id, council_id,
                     city_id, latitude, longitude, before, after)
SELECT place, (SELECT generation FROM data_generation),
       now() - interval '1 day' * ((%(count)s - place) / %(run)s), request_id, srnumber,
       'closed', 'published', type_id, council_id, city_id, latitude, longitude,
       jsonb_build_object('status', 'Open', 'closed_date', null, 'is_open', true, 'agency_id', agency_id),
       jsonb_build_object('status', 'Closed', 'closed_date', created_date, 'is_open', false, 'agency_id', 1)
  FROM (SELECT newest.*, row_number() OVER (ORDER BY request_id) AS place
          FROM (SELECT * FROM service_requests ORDER BY request_id DESC LIMIT %(count)s) AS newest) AS found
"""


def fill(dsn: str) -> None:
    """Fill the history of the city unless it already has changes."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM changes)")
        if not cursor.fetchone()[0]:
            cursor.execute(FILL, {"count": MAX_CHANGES, "run": CHANGES_OF_A_RUN})
            cursor.execute("UPDATE data_generation SET last_change = (SELECT max(sequence) FROM changes)")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE changes")
    connection.close()
