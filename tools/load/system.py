"""The system under test: portal, API and reports with a database for one load run."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from tools import api_cache, sample_city, settings
from tools.console import say, step
from tools.dashboard import scraping
from tools.file_locks import ensure_folder
from tools.load.size import FOLDER, Size
from tools.local_http import open_local
from tools.migrate import database_settings, migrate
from tools.paths import CACHE, ROOT, python_of
from tools.plan import Plan
from tools.problem import uninterrupted
from tools.servers.instance import OWNER, Instance
from tools.servers.ports import free_port
from tools.supervisor import Supervisor

HEALTH_SECONDS = 300
# The slowest rate at which the portal generates a city before it responds; a kept city takes no time.
GENERATED_ROWS_PER_SECOND = 10_000
READ_SERVED_TABLES = """
CREATE EXTENSION pg_prewarm;
SELECT sum(pg_prewarm(oid, 'read')) FROM pg_class
 WHERE relkind IN ('r', 'i') AND (relname LIKE 'service_requests%' OR relname LIKE 'rollup%');
"""
SOAK_CACHE_MB = 16
"""For cached responses in one worker: with the default, memory would still be growing when the soak ends."""


@contextmanager
def fresh_system(size: Size) -> Iterator[tuple[Supervisor, Plan]]:
    """Portal, API and reports with a database for this run only; removed afterwards."""
    logs = size.folder / "logs"
    ensure_folder(logs)
    supervisor = Supervisor(f"{FOLDER}:{os.getpid()}", logs, {})
    with (_copied_city if size.has_bench_city else _empty_database)(size) as plan:
        try:
            supervisor.environment = settings.environment(plan.values)
            _start(supervisor, plan, size)
            yield supervisor, plan
        finally:
            with uninterrupted():
                supervisor.stop()


@contextmanager
def _empty_database(size: Size) -> Iterator[Plan]:
    """Servers for this run only."""
    # The settings of the database of `make up`; a smoke test only has to start quickly.
    instance = Instance(f"load-{os.getpid()}", is_durable=not size.is_smoke)
    try:
        with step("Starting PostgreSQL and Redis"):
            instance.start()
        plan = _plan(instance, size)
        with step("Migrating the database"):
            migrate(instance, plan.database)
        yield plan
    finally:
        with uninterrupted():
            instance.remove()


@contextmanager
def _copied_city(size: Size) -> Iterator[Plan]:
    """The servers of `make bench`, with a copy of its city, which is built if there is none."""
    instance, city = Instance("bench", is_durable=True), sample_city.name_of(size.rows)
    copy = f"load_{os.getpid()}"
    with step("Starting PostgreSQL and Redis"):
        instance.start()
    try:
        sample_city.build(instance, city, size.rows)
        with step(f"Copying the city of {size.rows:,} requests"):
            create = f"CREATE DATABASE {copy} OWNER {OWNER} TEMPLATE {city} STRATEGY file_copy"
            instance.sql(create, database="postgres")
        with step("Reading its served tables into memory, where a server that has run for days has them"):
            instance.sql(READ_SERVED_TABLES, database=copy)
        portal = sample_city.portal_settings(size.rows) | {"PORTAL_TODAY": sample_city.day_of(instance, city)}
        plan = _plan(instance, size, portal)
        yield replace(plan, values={**plan.values, **database_settings(instance, copy)}, database=copy)
    finally:
        with uninterrupted(), ExitStack() as last:
            last.callback(instance.stop)
            instance.sql(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)", database="postgres")


def _plan(instance: Instance, size: Size, portal: Mapping[str, str] = MappingProxyType({})) -> Plan:
    chosen = {name: str(free_port()) for name in settings.PORTS}
    chosen |= {
        "PORTAL_REQUESTS": str(size.rows),
        "PORTAL_ADMIN": "true",
        "PORTAL_CACHE": str(CACHE / "portal-load"),
        **portal,
    }
    if size.is_soak:
        chosen["CACHE_MEMORY_MB"] = str(SOAK_CACHE_MB)
    return Plan.of(settings.local_settings(instance, chosen), chosen)


def _start(supervisor: Supervisor, plan: Plan, size: Size) -> None:
    programs = [plan.portal(), plan.api(), *([plan.reports()] if size.has_reports else [])]
    with step(f"Starting {', '.join(program.name for program in programs)}"):
        for program in programs:
            supervisor.start(program)
            supervisor.wait_healthy(program.name, HEALTH_SECONDS + size.rows / GENERATED_ROWS_PER_SECOND)
    if size.has_bench_city:
        with step("Priming the responses of the API, as an ingest run does"):
            api_cache.reset(plan.values)
        with step("Requesting the export of each year, which an API that has run for days keeps"):
            _export_years(plan.values["API_URL"])
        return
    with step(f"Loading {size.rows:,} requests"):
        supervisor.run(plan.ingest())


def _export_years(api_url: str) -> None:
    counted = f"{api_url}/reports?field=created_year&filter=created_date>=2000-01-01"
    with open_local(counted, timeout=60) as response:
        years = [row["created_year"] for row in json.load(response)]
    for year in years:
        url = f"{api_url}/reports/export/{year}/service_requests.csv.gz"
        with open_local(url, timeout=300) as export:
            while export.read(1_000_000):
                pass


@contextmanager
def pictured(supervisor: Supervisor, plan: Plan, size: Size) -> Iterator[None]:
    """With ``--picture``, Prometheus scrapes the services during the run, and then the dashboard is drawn."""
    if not size.is_pictured:
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        programs = scraping.programs(plan.values, Path(folder))
        for program in programs:
            supervisor.start(program)
            supervisor.wait_healthy(program.name, HEALTH_SECONDS)
        started = time.time()
        yield
        url = programs[-1].health_url.removesuffix("/-/ready")
        command = [str(python_of("tools")), "-m", "tools.dashboard.plot", url, f"{started:.0f}"]
        subprocess.run([*command, f"{time.time():.0f}"], cwd=ROOT, check=True)
        say("• Written: docs/pictures/dashboard.png")
