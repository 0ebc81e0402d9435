"""What is served of the requests of each day, and whether ``days_version`` tells when it has changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from pipeline_tests.databases import Database

# The columns of the files and exports, and the names that exports add.
CONTENT = """
WITH named AS (
    SELECT request_id, concat_ws('|', type_name, group_name, agency_name, source_name, council_name,
                              region_name) AS names
      FROM service_requests AS r
      JOIN request_types USING (type_id)
      JOIN type_groups USING (group_id)
      JOIN agencies ON agencies.agency_id = r.agency_id
      JOIN sources ON sources.source_id = r.source_id
      JOIN councils ON councils.council_id = r.council_id
      LEFT JOIN regions ON regions.region_id = r.region_id
)
SELECT "CreatedDate"::date AS day, md5(string_agg(concat(published, names), '' ORDER BY "RequestId"))
           || (SELECT string_agg(column_name, ' ') FROM published_columns())
  FROM published_requests() AS published
  JOIN named ON request_id = "RequestId"
 GROUP BY day
"""
VERSIONS = """
SELECT day::date, days_version(day::date, day::date) FROM generate_series(%s::date, %s::date, '1 day') AS day
"""
SPAN = date(2025, 12, 1), date(2026, 12, 31)
"""Contains the days of all test rows."""


@dataclass
class Difference:
    """The days whose requests have changed, and the days with another version."""

    content: set[date] = field(default_factory=set)
    version: set[date] = field(default_factory=set)

    @property
    def is_told(self) -> bool:
        """Whether every day that has changed has another version."""
        return self.content <= self.version

    @property
    def is_of_every_day(self) -> bool:
        return len(self.version) == (SPAN[1] - SPAN[0]).days + 1


@contextmanager
def difference(database: Database) -> Iterator[Difference]:
    """Filled at the end with what the block has changed."""
    found = Difference()
    before = _days_of(database)
    yield found
    after = _days_of(database)
    for changed, old, new in zip((found.content, found.version), before, after, strict=True):
        changed.update(day for day in old.keys() | new.keys() if old.get(day) != new.get(day))


def _days_of(database: Database) -> tuple[dict[date, str], dict[date, str]]:
    return dict(database.rows(CONTENT)), dict(database.rows(VERSIONS, *SPAN))
