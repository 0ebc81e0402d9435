"""What must hold in any database that a night has left, and what two databases must share."""

from __future__ import annotations

import hashlib
from typing import Any

from pipeline.columns import REQUEST_COLUMNS
from pipeline.rollups import ROLLUPS
from pipeline_tests.databases import Database

PUBLISHED = ", ".join((*REQUEST_COLUMNS, "dataset_id", "source_row_id", "source_updated_at"))
SERVED = """
SELECT srnumber, created_date, closed_date, type_name, agency_name, source_name, council_id,
       service_requests.region_id, address, service_requests.latitude, service_requests.longitude, status,
       ST_AsText(geom)
  FROM service_requests
  JOIN request_types USING (type_id)
  JOIN agencies ON agencies.agency_id = service_requests.agency_id
  JOIN sources USING (source_id)
 ORDER BY srnumber
"""
DIMENSIONS = {
    "created_date": "created_date::date",
    "created_hour": "extract(hour FROM created_date)::integer",
    "closed_date": "closed_date::date",
    "closed_month": "date_trunc('month', closed_date)::date",
    "days_to_close": "greatest(0, closed_date::date - created_date::date)",
}
IN_CITY = "latitude BETWEEN 33.6 AND 34.5 AND longitude BETWEEN -118.8 AND -118.0"


def requests_of(database: Database) -> list[tuple[Any, ...]]:
    """The published rows, without what depends on the order of loading."""
    return database.rows(f"SELECT {PUBLISHED} FROM requests ORDER BY srnumber")


def served_of(database: Database) -> list[tuple[Any, ...]]:
    """The served rows with names in place of ids that depend on the order of loading."""
    return database.rows(SERVED)


def rollup_differences(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Cells that differ from a recount of service_requests, by rollup; empty when all agree."""
    differences = {}
    for rollup in ROLLUPS:
        population = rollup.population.as_string()
        names = ", ".join(rollup.dimensions)
        counted = ", ".join(f"{DIMENSIONS.get(name, name)} AS {name}" for name in rollup.dimensions)
        recount = (
            f"SELECT {counted}, count(*)::integer AS requests FROM service_requests WHERE {population} "
            f"GROUP BY {', '.join(str(at + 1) for at in range(len(rollup.dimensions)))}"
        )
        stored = f"SELECT {names}, requests FROM {rollup.table}"
        question = f"({recount} EXCEPT {stored}) UNION ALL ({stored} EXCEPT {recount})"
        if found := database.rows(question):
            differences[rollup.table] = found
    return differences


def unserved(database: Database) -> int:
    """Rows that are on one side of requests and service_requests only."""
    question = f"""
        SELECT count(*)
          FROM (SELECT id FROM requests WHERE {IN_CITY}) AS r
          FULL JOIN service_requests ON request_id = id
         WHERE id IS NULL OR request_id IS NULL
    """
    return int(database.value(question))


def fingerprint(database: Database) -> str:
    """One text for all that a reader sees; equal for equal databases."""
    rollups = [
        database.rows(f"SELECT * FROM {rollup.table} ORDER BY {', '.join(rollup.dimensions)}")
        for rollup in ROLLUPS
    ]
    totals = [sum(row[-1] for row in rows) for rows in rollups]
    seen = repr((requests_of(database), served_of(database), totals))
    return hashlib.sha256(seen.encode()).hexdigest()


def assert_sound(database: Database) -> None:
    """Everything that must hold after any night, good or bad."""
    assert rollup_differences(database) == {}
    assert unserved(database) == 0
    assert database.rows("SELECT tablename FROM pg_tables WHERE tablename LIKE '%_new'") == []
