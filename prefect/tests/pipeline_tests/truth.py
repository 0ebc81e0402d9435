"""Invariants of any database after a run, and what two equal databases must have in common."""

from __future__ import annotations

import hashlib
from typing import Any

from pipeline.columns import STORED_COLUMNS
from pipeline_tests.databases import Database

PUBLISHED = ", ".join(STORED_COLUMNS)
SERVED = """
SELECT srnumber, created_date, closed_date, type_name, agency_name, source_name, council_id,
       service_requests.region_id, address, service_requests.latitude, service_requests.longitude, status,
       ST_AsText(geom), city_id, is_open, service_requests.is_information, is_duplicate, outcome, reason,
       group_name
  FROM service_requests
  JOIN request_types USING (type_id)
  JOIN type_groups USING (group_id)
  JOIN agencies ON agencies.agency_id = service_requests.agency_id
  JOIN sources USING (source_id)
 ORDER BY srnumber
"""
EMPTIED = (
    "requests",
    "service_requests",
    "retired_requests",
    "rejected_requests",
    "erased_requests",
    "changes",
    "dataset_watermarks",
)


def emptied(database: Database) -> None:
    """Delete every request and its history, as before a first run; the catalogs stay."""
    tables = (*EMPTIED, *(rollup for rollup, _, _ in rollups_of(database)))
    database.change(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
    database.change("UPDATE data_generation SET last_change = 0, forgotten_change = 0")


def requests_of(database: Database) -> list[tuple[Any, ...]]:
    """The published rows, without what depends on the order of loading."""
    return database.rows(f"SELECT {PUBLISHED} FROM requests ORDER BY srnumber")


def served_of(database: Database) -> list[tuple[Any, ...]]:
    """The served rows with names in place of ids that depend on the order of loading."""
    return database.rows(SERVED)


def rollups_of(database: Database) -> list[tuple[str, list[str], list[str]]]:
    """Every rollup with its dimensions and measures, from the catalog."""
    return database.rows("SELECT rollup, dimensions, measures FROM rollup_catalog ORDER BY place")


COMPARED = """
SELECT {columns}, sum(side) FROM (SELECT *, 1 AS side FROM ({recount}) AS recounted
        UNION ALL SELECT {columns}, -1 FROM {rollup}) AS both_sides
 GROUP BY {columns} HAVING sum(side) <> 0
"""


def rollup_differences(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Cells that differ from a recount of service_requests, by rollup; empty when all agree.

    The last value of a cell is 1 where only the recount has it, and -1 where only the rollup has it.
    """
    catalog = "SELECT rollup, dimensions || measures, rollup_select(rollup) FROM rollup_catalog"
    compared = {
        rollup: database.rows(COMPARED.format(columns=", ".join(columns), recount=recount, rollup=rollup))
        for rollup, columns, recount in database.rows(catalog)
    }
    return {rollup: cells for rollup, cells in compared.items() if cells}


def unserved(database: Database) -> int:
    """The number of rows that are in only one of requests and service_requests."""
    query = """
        SELECT count(*) FROM requests FULL JOIN service_requests ON request_id = id
         WHERE id IS NULL OR request_id IS NULL
    """
    return int(database.value(query))


COUNTS = ["changed_at", "type_id", "council_id", "kinds", "was_open", "changes"]
RECOUNT = """
SELECT changed_at, type_id, council_id, ARRAY[kind] || coalesce(also, '{}') AS kinds,
       kind = 'gone' AND (before ->> 'is_open')::boolean IS TRUE AS was_open, count(*) AS changes
  FROM changes WHERE cause = 'published' GROUP BY 1, 2, 3, 4, 5
"""


def count_differences(database: Database) -> list[tuple[Any, ...]]:
    """Counts of changes that differ from a recount; the last value as for rollups."""
    return database.rows(COMPARED.format(columns=", ".join(COUNTS), recount=RECOUNT, rollup="change_counts"))


def fingerprint(database: Database) -> str:
    """A digest of everything that a reader sees; equal for equal databases."""
    totals = [
        database.rows(f"SELECT {', '.join(f'sum({measure})' for measure in measures)} FROM {rollup}")
        for rollup, _, measures in rollups_of(database)
    ]
    seen = repr((requests_of(database), served_of(database), totals))
    return hashlib.sha256(seen.encode()).hexdigest()


def assert_sound(database: Database) -> None:
    """Everything that must hold after any run, good or bad."""
    assert rollup_differences(database) == {}
    assert count_differences(database) == []
    assert unserved(database) == 0
    assert database.rows("SELECT tablename FROM pg_tables WHERE tablename LIKE '%_new'") == []
