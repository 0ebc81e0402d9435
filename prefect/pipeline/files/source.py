"""The source of the files: the generation, the city, and a fingerprint of every year's rows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.rows import dict_row

from pipeline.database import Connection
from pipeline.files.columns import Columns, columns_of

VERSION = 2
"""Incremented whenever the same rows produce a different file, so that every year is rewritten."""
WORK_MEMORY_MB = 256
TOLERANCE = dt.timedelta(days=1)
"""Requests created later than this after the load have a wrong date; local times are compared with UTC."""
FACTS = """
SELECT generation, city_key, city_name, columns, declaration_digest,
       concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                 (SELECT timeline_id FROM pg_control_checkpoint()),
                 extract(epoch FROM restored_at)) AS origin,
       coalesce(last_loaded_at(), changed_at) AS loaded_at,
       coalesce((SELECT max(erased_at)::text FROM erased_requests), '') AS last_erasure,
       (SELECT md5(string_agg(row::text, '' ORDER BY row::text)) FROM (
            SELECT concat_ws('|', 't', type_id, data_code, group_id) AS row FROM request_types
            UNION ALL SELECT concat_ws('|', 'a', agency_id, data_code) FROM agencies
            UNION ALL SELECT concat_ws('|', 's', source_id, data_code) FROM sources
            UNION ALL SELECT concat_ws('|', 'm', city_key, field, data_code, map_name, is_default)
              FROM map_names) AS names) AS names_digest
  FROM data_generation, city
"""
# A rewritten row has a different xmin, which survives freezing. Sums do not depend on the order. In another
# cluster, in a promoted replica or after a restore, the same xmin may belong to different values.
YEARS = """
SELECT year, concat_ws('/', served.rows, served.versions, raw.rows, raw.versions) AS versions,
       coalesce(last_day::text, '') AS last_day
  FROM (SELECT extract(year FROM created_date)::integer AS year, count(*) AS rows,
               sum(hashint8extended(request_id, xmin::text::bigint)) AS versions,
               (max(created_date) FILTER (WHERE created_date <= %s))::date AS last_day
          FROM service_requests GROUP BY 1) AS served
  LEFT JOIN (SELECT extract(year FROM createddate)::integer AS year, count(*) AS rows,
               sum(hashint8extended(id, xmin::text::bigint)) AS versions
          FROM requests GROUP BY 1) AS raw USING (year)
 ORDER BY year
"""


@dataclass(frozen=True)
class Year:
    """The requests created in a year: a digest of their rows, and the last plausible day, if any."""

    fingerprint: str
    last_day: str


@dataclass(frozen=True)
class Facts:
    """A consistent snapshot of the database."""

    generation: int
    city_key: str
    city_name: str
    columns: Columns
    loaded_at: dt.datetime
    last_erasure: str
    years: dict[int, Year]


@contextmanager
def snapshot(connection: Connection) -> Iterator[Facts]:
    """Everything is read in one read-only transaction with a single snapshot."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Without this the planner would sort whole rows on disk although an index has their order.
        connection.execute("SET LOCAL enable_sort = off")
        connection.execute(f"SET LOCAL work_mem = '{WORK_MEMORY_MB}MB'")
        yield _facts(connection)


def _facts(connection: Connection) -> Facts:
    with connection.cursor(row_factory=dict_row) as cursor:
        facts = cursor.execute(FACTS).fetchone()
        if facts is None:
            raise LookupError("the database has no generation or no city")
        latest = facts["loaded_at"].astimezone(dt.UTC).replace(tzinfo=None) + TOLERANCE
        years = cursor.execute(YEARS, (latest,)).fetchall()
    digests = (facts["declaration_digest"], facts["names_digest"])
    common = (VERSION, facts["origin"], *digests, *facts["columns"])
    return Facts(
        facts["generation"],
        facts["city_key"],
        facts["city_name"],
        columns_of(facts["columns"]),
        facts["loaded_at"],
        facts["last_erasure"],
        {row["year"]: Year(fingerprint(*common, row["versions"]), row["last_day"]) for row in years},
    )


def fingerprint(*parts: object) -> str:
    """A short digest of these values."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
