from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import text

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.db import Database
from lacity_data_api.models import LogEntry
from lacity_data_api.queries import written

# A run whose data are in counts, whether or not everyone has been told of them yet.
LAST_PULLED = text(
    """
    SELECT max(coalesce(finished_at, started_at)) AT TIME ZONE 'UTC'
      FROM load_runs WHERE status IN ('merged', 'succeeded')
    """
)

# Served requests are counted from the narrowest rollup; the raw table has none.
COUNTS = """
SELECT json_build_object(
    'postgres_version', version(),
    'alembic_version', (SELECT version_num FROM alembic_version),
    'request_types', (SELECT count(*) FROM request_types),
    'regions', (SELECT count(*) FROM regions),
    'councils', (SELECT count(*) FROM councils),
    'service_requests', (SELECT coalesce(sum(requests), 0) FROM rollup_day_type),
    'requests', (SELECT count(*) FROM requests)
)::text AS body
"""

NEWEST_LOG = LogEntry.query.order_by(LogEntry.id.desc()).limit(10)


async def last_pulled(database: Database) -> dt.datetime | None:
    """When the newest load that brought data ended, UTC without zone; None before the first."""
    pulled: dt.datetime | None = await database.scalar(LAST_PULLED)
    return pulled


def counts() -> Question:
    return Question("status/db", written(COUNTS), ttl_seconds=DAY_SECONDS)


async def newest_log(database: Database) -> list[dict[str, Any]]:
    """The newest ten lines of the pipeline's log, newest first."""
    return [
        {"id": row.id, "status": row.status, "message": row.message, "created_time": row.created_time}
        for row in await database.rows(NEWEST_LOG)
    ]
