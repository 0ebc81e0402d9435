from __future__ import annotations

import datetime as dt
from typing import Any

from lacity_data_api.database import Database
from lacity_data_api.statements import DAY_SECONDS, Query, Statement

LAST_LOADED = Statement("SELECT last_loaded_at()")

# No generation of the data decides these: migrations, upgrades, and runs that find no change start none.
STATE = Statement("""
SELECT version() AS postgres_version, (SELECT version_num FROM alembic_version) AS alembic_version,
       last_loaded_at() AS loaded_at
""")

# Served requests are counted from the narrowest rollup; the raw table has none.
COUNTS = """
SELECT json_build_object(
    'request_types', (SELECT count(*) FROM request_types),
    'regions', (SELECT count(*) FROM regions),
    'councils', (SELECT count(*) FROM councils),
    'service_requests', (SELECT coalesce(sum(requests + information), 0) FROM rollup_day_type),
    'requests', (SELECT count(*) FROM requests)
)::text AS body
"""

# A created date after the load is an error in the source, and does not make the data newer.
TOTALS = """
SELECT json_build_object(
    'requests', coalesce(sum(requests), 0),
    'requests_not_on_map', coalesce(sum(unlocated), 0),
    'information_calls', coalesce(sum(information), 0),
    'last_day', max(created_date) FILTER (
        WHERE requests > 0 AND created_date <= CAST(:load_day AS date))
)::text AS body FROM rollup_day_type
"""

NEWEST_LOG = Statement("SELECT id, status, message, created_time FROM log ORDER BY id DESC LIMIT 10")


async def last_loaded(database: Database) -> dt.datetime | None:
    """The end time of the newest load that brought data; None before the first."""
    loaded_at: dt.datetime | None = await database.scalar(LAST_LOADED)
    return loaded_at


async def database_state(database: Database) -> dict[str, Any]:
    """The versions, and the time of the newest load."""
    (row,) = await database.rows(STATE)
    return dict(row)


def counts() -> Query:
    """The number of rows in each table."""
    return Query(COUNTS, ttl_seconds=DAY_SECONDS)


def totals(load_day: dt.date) -> Query:
    """Counted requests, how many of them are not on the map, information calls, and the last day.

    The day of the newest load is a value, because a run that changes nothing keeps the generation.
    """
    return Query(TOTALS, {"load_day": load_day}, ttl_seconds=DAY_SECONDS)


async def newest_log(database: Database) -> list[dict[str, Any]]:
    """The newest ten lines of the pipeline's log, newest first."""
    return [dict(row) for row in await database.rows(NEWEST_LOG)]
