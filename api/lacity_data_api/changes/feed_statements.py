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
), entries AS MATERIALIZED (
    {entries}
), neighbors AS (
    SELECT (SELECT sequence / {block} FROM ({before}) AS before) AS previous,
           (SELECT sequence / {block} FROM ({after}) AS after) AS next
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
# Each branch has its own limit; otherwise Postgres would read every change of the council.
FIRST_OF_EACH = """(SELECT sequence FROM changes
               WHERE {where} AND {within} ORDER BY sequence {direction} LIMIT {count})"""
FIRST = "SELECT sequence FROM ({each}) AS each ORDER BY sequence {direction} LIMIT {count}"
ENTRIES = "SELECT * FROM changes WHERE {where} AND {within}"
SINCE_NEWEST_ARCHIVE = """sequence >= least((SELECT (newest + 1) * {block} FROM blocks),
                        (SELECT min(sequence) FROM ({last}) AS last))"""
OF_ARCHIVE = """sequence >= CAST(:archive AS bigint) * {block}
           AND sequence < (CAST(:archive AS bigint) + 1) * {block}"""
BEFORE = """sequence >= (SELECT oldest * {block} FROM blocks)
           AND sequence < least({start}, (SELECT (newest + 1) * {block} FROM blocks))"""
AFTER = "sequence >= {end} AND sequence < (SELECT (newest + 1) * {block} FROM blocks)"
IN_ARCHIVE = "(SELECT CAST(:archive AS bigint) BETWEEN oldest AND newest FROM blocks)"
UNION = "\n    UNION ALL "
COUNCIL, TYPE = "council_id = CAST(:council_id AS bigint)", "type_id = CAST(:type_id AS bigint)"
IS_KNOWN = """(CAST(:council_id AS bigint) IS NULL OR EXISTS (SELECT FROM councils WHERE {council}))
        AND (CAST(:type_id AS bigint) IS NULL
             OR EXISTS (SELECT FROM request_types WHERE {type} AND NOT is_information))"""


def feed(branches: list[str], *, is_archive: bool) -> str:
    """Binds ``archive``, ``council_id``, ``type_id``, ``path``, ``query`` and ``base``.

    There is no body if the council or type is unknown, if the type stands for information calls, or if the
    archive page is incomplete or no longer kept.
    """
    parts = {"block": BLOCK, "council": COUNCIL, "type": TYPE}
    if is_archive:
        start, end = (f"(CAST(:archive AS bigint) + {further}) * {BLOCK}" for further in (0, 1))
        within = OF_ARCHIVE.format(**parts)
    else:
        start, end = "(SELECT min(sequence) FROM entries)", "NULL::bigint"
        within = SINCE_NEWEST_ARCHIVE.format(last=_first(branches, "true", "DESC", FEWEST), **parts)
    is_known = IS_KNOWN.format(**parts)
    return FEED.format(
        entries=UNION.join(ENTRIES.format(where=where, within=within) for where in branches),
        before=_first(branches, BEFORE.format(start=start, **parts), "DESC"),
        after=_first(branches, AFTER.format(end=end, **parts), "ASC"),
        is_there=f"{is_known} AND {IN_ARCHIVE}" if is_archive else is_known,
        **parts,
    )


def _first(branches: list[str], within: str, direction: str, count: int = 1) -> str:
    """The first change numbers of these branches, in this direction."""
    parts = {"within": within, "direction": direction, "count": count}
    each = UNION.join(FIRST_OF_EACH.format(where=where, **parts) for where in branches)
    return FIRST.format(each=each, **parts)
