"""SQL of a feed: its entries, the adjacent archive pages, and the names that its texts need.

An archive page covers a fixed block of change numbers (RFC 5005); blocks without an entry for the feed are
skipped. A block is complete once all of its numbers are assigned, and kept as long as none is deleted.
"""

from __future__ import annotations

BLOCK = 2_000
"""Change numbers, counted over all requests, that one archive page covers."""
FEWEST = 50
"""Minimum number of entries in a feed, even if there are fewer changes since its newest archive page."""

FEED = """
WITH kept AS MATERIALIZED (
    SELECT forgotten_change + 1 AS first, last_change AS last FROM data_generation
), blocks AS MATERIALIZED (
    SELECT CASE WHEN first = 1 THEN 0 ELSE (first + {block} - 1) / {block} END AS oldest,
           (last + 1) / {block} - 1 AS newest
      FROM kept
), matching AS NOT MATERIALIZED (
    {matching}
), entries AS MATERIALIZED (
    {entries}
), neighbors AS (
    SELECT (SELECT sequence / {block} FROM matching
             WHERE sequence >= (SELECT oldest * {block} FROM blocks)
               AND sequence < least({start}, (SELECT (newest + 1) * {block} FROM blocks))
             ORDER BY sequence DESC LIMIT 1) AS previous,
           (SELECT sequence / {block} FROM matching
             WHERE sequence >= {end} AND sequence < (SELECT (newest + 1) * {block} FROM blocks)
             ORDER BY sequence LIMIT 1) AS next
)
SELECT CASE WHEN {is_there} THEN json_build_object(
           'path', CAST(:path AS text), 'query', CAST(:query AS text), 'base', CAST(:base AS text),
           'archive', CAST(:archive AS bigint), 'previous', previous, 'next', next,
           'city', (SELECT city_name FROM city), 'city_key', (SELECT city_key FROM city),
           'council', (SELECT council_name FROM councils WHERE {council}),
           'type', (SELECT type_name FROM request_types WHERE {type}),
           'changed_at', coalesce((SELECT max(changed_at) FROM entries),
                                  (SELECT changed_at FROM data_generation)),
           'names', json_build_object(
               'type_id', (SELECT json_object_agg(type_id, type_name) FROM request_types),
               'council_id', (SELECT json_object_agg(council_id, council_name) FROM councils),
               'agency_id', (SELECT json_object_agg(agency_id, agency_name) FROM agencies),
               'source_id', (SELECT json_object_agg(source_id, source_name) FROM sources)),
           'entries', (SELECT coalesce(json_agg(entries ORDER BY sequence DESC), '[]') FROM entries)
       )::text END AS body
  FROM neighbors
"""
NEWEST = """SELECT * FROM matching
     WHERE sequence >= least((SELECT (newest + 1) * {block} FROM blocks),
                             (SELECT min(sequence) FROM (SELECT sequence FROM matching
                                                          ORDER BY sequence DESC LIMIT {fewest}) AS last))"""
ARCHIVED = """SELECT * FROM matching
     WHERE sequence >= CAST(:archive AS bigint) * {block}
       AND sequence < (CAST(:archive AS bigint) + 1) * {block}"""
IN_ARCHIVE = "(SELECT CAST(:archive AS bigint) BETWEEN oldest AND newest FROM blocks)"
MATCHING = "SELECT * FROM changes WHERE {where}"
COUNCIL, TYPE = "council_id = CAST(:council_id AS bigint)", "type_id = CAST(:type_id AS bigint)"
IS_KNOWN = """(CAST(:council_id AS bigint) IS NULL OR EXISTS (SELECT FROM councils WHERE {council}))
        AND (CAST(:type_id AS bigint) IS NULL OR EXISTS (SELECT FROM request_types WHERE {type}))"""


def feed(branches: list[str], *, is_archive: bool) -> str:
    """Binds ``archive``, ``council_id``, ``type_id``, ``path``, ``query`` and ``base``.

    No body for an unknown council or type, or for an archive page that is incomplete or no longer kept.
    """
    parts = {"block": BLOCK, "fewest": FEWEST, "council": COUNCIL, "type": TYPE}
    is_known = IS_KNOWN.format(**parts)
    return FEED.format(
        matching="\n    UNION ALL ".join(MATCHING.format(where=where) for where in branches),
        entries=(ARCHIVED if is_archive else NEWEST).format(**parts),
        start=f"CAST(:archive AS bigint) * {BLOCK}" if is_archive else "(SELECT min(sequence) FROM entries)",
        end=f"(CAST(:archive AS bigint) + 1) * {BLOCK}" if is_archive else "NULL::bigint",
        is_there=f"{is_known} AND {IN_ARCHIVE}" if is_archive else is_known,
        **parts,
    )
