"""SQL over the table of changes; conditions come from ``filters``."""

from __future__ import annotations

# The authority of tag URIs (RFC 4151), which do not depend on a server's address.
TAG = "tag:311-data.org,2026:"

# CloudEvents 1.0: its context attributes, then `data` with the names of the columns.
EVENT = """json_build_object(
           'specversion', '1.0', 'id', sequence::text, 'source', '{tag}' || (SELECT city_key FROM city),
           'type', 'org.311-data.request.' || kind, 'subject', coalesce(srnumber, request_id::text),
           'time', replace((changed_at AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z',
           'datacontenttype', 'application/json', 'sequence', to_char(sequence, 'FM000000000000000'),
           'generation', generation,
           'data', json_build_object('request_id', request_id, 'kind', kind, 'also', coalesce(also, '{{}}'),
                                     'cause', cause, 'before', before, 'after', after))::text"""

# There is no body if changes after `after` are no longer kept: the client would miss them. A full page may be
# followed by another; the cursor is its last number. So may a page that has read as many numbers as it may.
# After any other page come those later than the newest of all: otherwise a client whose filter rarely matches
# would fall behind the changes that are kept.
PAGE = """
SELECT CASE WHEN CAST(:after AS bigint) IS NULL
              OR CAST(:after AS bigint) >= (SELECT forgotten_change FROM data_generation)
            THEN concat({opening}, string_agg(json, {between} ORDER BY sequence), {closing}) END AS body,
       coalesce((array_agg(sequence ORDER BY sequence))[CAST(:limit AS integer)],
                (SELECT {until} FROM data_generation WHERE {until} < last_change))::text AS next_cursor,
       greatest(CAST(:after AS bigint), (SELECT last_change FROM data_generation))::text AS later_cursor
  FROM (SELECT sequence, {event} AS json
          FROM ({selected}) AS selected ORDER BY sequence LIMIT :limit) AS item
"""
JSON_LIST = {"opening": "'['", "between": "','", "closing": "']'"}
# One event per line, each terminated by a line break.
LINES = {"opening": "''", "between": "chr(10)", "closing": "CASE WHEN count(*) > 0 THEN chr(10) END"}

# A page without `after` starts with the oldest change; those before a restore are kept for histories only.
SINCE = "sequence > coalesce(CAST(:after AS bigint), (SELECT forgotten_change FROM data_generation))"
# The last number that a page reads: ``until``, or, for a page without `after`, so many after the oldest.
LAST_READ = """coalesce(CAST(:until AS bigint),
        (SELECT forgotten_change + CAST(:numbers AS bigint) FROM data_generation))"""
UNTIL = f"sequence <= {LAST_READ}"
SELECTED = "(SELECT * FROM changes WHERE {where} ORDER BY sequence LIMIT :limit)"

# Null if such a request does not exist and never did; only an existing request may have an empty history.
HISTORY = """
SELECT CASE WHEN count(*) > 0
              OR EXISTS (SELECT FROM service_requests WHERE request_id = CAST(:request_id AS bigint))
            THEN concat('[', string_agg({event}, ',' ORDER BY sequence), ']') END AS body
  FROM changes WHERE request_id = CAST(:request_id AS bigint)
"""


def page(branches: list[str], *, is_lines: bool) -> str:
    """The changes that match any of these mutually exclusive conditions; binds ``limit``."""
    selected = "\nUNION ALL\n".join(SELECTED.format(where=where) for where in branches)
    parts = {"selected": selected, "event": EVENT.format(tag=TAG), "until": LAST_READ}
    return PAGE.format(**parts, **(LINES if is_lines else JSON_LIST))


def history() -> str:
    """Binds ``request_id``."""
    return HISTORY.format(event=EVENT.format(tag=TAG))
