"""Databases with the sample city, loaded by the pipeline from a temporary sample portal."""

from __future__ import annotations

import os
import shutil

from tools import settings
from tools.console import say, step
from tools.disk import require_space
from tools.file_locks import ensure_folder
from tools.migrate import database_settings, migrate
from tools.paths import CACHE, LOCAL
from tools.plan import Plan
from tools.servers.instance import Instance
from tools.servers.ports import free_port
from tools.supervisor import Supervisor

MAX_START_SECONDS = 1_800
"""Enough to generate fifty million requests."""
# Table, indexes, rollups, the copy used to measure runs with changes, and the portal while it is read.
MB_PER_MILLION = 3_200
EDITION = 2
"""Raised when the rows of the sample city change, so that no kept city with older rows is measured."""
OTHER_EDITIONS = (
    """SELECT datname FROM pg_database WHERE datname ~ '^city_{rows}(_[0-9]+)?$' AND datname <> '{city}'"""
)
BUILDS = "SELECT count(*) FILTER (WHERE status = 'succeeded'), count(*) FROM load_runs"
DAY = "SELECT min(started_at AT TIME ZONE 'UTC')::date FROM load_runs"


def name_of(rows: int) -> str:
    """The database of a city with this number of requests."""
    return f"city_{rows}_{EDITION}"


def portal_settings(rows: int) -> dict[str, str]:
    """Settings of the portal that a city is loaded from, except for the day."""
    return {"PORTAL_REQUESTS": str(rows), "PORTAL_BAD_SHARE": "0", "PORTAL_GZIP": "false"}


def day_of(instance: Instance, city: str) -> str:
    """The day on which the city was loaded; on another day, the portal has other requests."""
    return instance.sql(DAY, database=city)


def build(instance: Instance, city: str, rows: int) -> None:
    """Load the city unless it exists; a city whose load was interrupted is loaded again from scratch."""
    migrate(instance, city)
    finished, begun = map(int, instance.sql(BUILDS, database=city).split("|"))
    if finished:
        return
    if begun:
        say(f"• The load of {city} did not finish last time; starting again")
        instance.sql(f'DROP DATABASE "{city}" WITH (FORCE)', database="postgres")
    for other in instance.sql(OTHER_EDITIONS.format(rows=rows, city=city), database="postgres").split():
        say(f"• Removing {other}, whose requests are not those of today's sample city")
        instance.sql(f'DROP DATABASE "{other}" WITH (FORCE)', database="postgres")
    require_space(LOCAL, MB_PER_MILLION * rows // 1_000_000, f"A city of {rows:,} requests")
    with step(f"Building a city of {rows:,} requests, kept for the next time"):
        load(instance, city, rows)


def load(instance: Instance, database: str, rows: int) -> None:
    """Migrate the database and load a city of ``rows`` undamaged requests into it.

    Raises Problem when the portal does not start or the run fails; their logs are under ``.local/log``.
    """
    migrate(instance, database)
    cache = CACHE / f"portal-of-{database}"
    chosen = {name: str(free_port()) for name in settings.PORTS}
    chosen |= portal_settings(rows)
    values = settings.local_settings(instance, chosen) | database_settings(instance, database)
    values |= {"PORTAL_CACHE": str(cache), "API_URL": ""}
    plan, logs = Plan.of(values, chosen), LOCAL / "log" / database
    ensure_folder(logs)
    supervisor = Supervisor(f"{database}:{os.getpid()}", logs, settings.environment(values))
    try:
        supervisor.start(plan.portal())
        supervisor.wait_healthy("portal", MAX_START_SECONDS)
        supervisor.run(plan.ingest())
    finally:
        supervisor.stop()
        shutil.rmtree(cache, ignore_errors=True)
