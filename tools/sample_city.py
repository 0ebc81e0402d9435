"""Creates a database with the sample city, loaded by the pipeline from a temporary sample portal."""

from __future__ import annotations

import os
import shutil

from tools import settings
from tools.file_locks import ensure_folder
from tools.migrate import database_settings, migrate
from tools.paths import CACHE, LOCAL
from tools.plan import Plan
from tools.servers.instance import Instance
from tools.servers.ports import free_port
from tools.supervisor import Supervisor

LONGEST_START_SECONDS = 1_800
"""Enough to generate fifty million requests."""


def load(instance: Instance, database: str, rows: int) -> None:
    """Migrate the database and load a city of ``rows`` undamaged requests into it.

    Raises Problem when the portal does not start or the run fails; their logs are under ``.local/log``.
    """
    migrate(instance, database)
    cache = CACHE / f"portal-of-{database}"
    chosen = {name: str(free_port()) for name in settings.PORTS}
    chosen |= {"PORTAL_REQUESTS": str(rows), "PORTAL_BAD_SHARE": "0", "PORTAL_GZIP": "false"}
    values = settings.local_settings(instance, chosen) | database_settings(instance, database)
    values |= {"PORTAL_CACHE": str(cache), "API_URL": ""}
    plan, logs = Plan.of(values, chosen), LOCAL / "log" / database
    ensure_folder(logs)
    supervisor = Supervisor(f"{database}:{os.getpid()}", logs, settings.environment(values))
    try:
        supervisor.start(plan.portal())
        supervisor.wait_healthy("portal", LONGEST_START_SECONDS)
        supervisor.run(plan.ingest())
    finally:
        supervisor.stop()
        shutil.rmtree(cache, ignore_errors=True)
