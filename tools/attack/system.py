"""The system under attack: servers, portal, API with two workers, reports, and an API without a cache."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tools import settings
from tools.attack import memory
from tools.attack.places import Places
from tools.console import step
from tools.control_groups import ControlGroup
from tools.file_locks import ensure_folder
from tools.migrate import database_settings, migrate
from tools.paths import LOCAL, ROOT, python_of
from tools.plan import Plan
from tools.problem import uninterrupted
from tools.servers.instance import DATABASE, LOADER, OWNER, READER, Instance
from tools.servers.ports import free_port
from tools.supervisor import Program, Supervisor

FOLDER = LOCAL / "attack"
REFERENCE = "reference"
TODAY = "2026-11-24"
"""The date of the runs in the pipeline's tests."""
ROWS = 4_000
HEALTH_SECONDS = 120
NO_REDIS = "redis://127.0.0.1:1/0"


@dataclass(frozen=True)
class System:
    """The running system. ``groups`` limit the memory of programs, where that is possible."""

    instance: Instance
    supervisor: Supervisor
    places: Places
    groups: Mapping[str, ControlGroup]

    def log(self, name: str) -> Path:
        return self.supervisor.logs / f"{name}.log"


@contextmanager
def running() -> Iterator[System]:
    """Run the system for the block; its servers are removed afterwards, its logs are kept."""
    instance = Instance(f"attack-{os.getpid()}")
    logs = FOLDER / "logs"
    ensure_folder(logs)
    supervisor = Supervisor(f"{FOLDER}:{os.getpid()}", logs, {})
    with memory.limited() as groups:
        try:
            with step("Starting PostgreSQL and Redis"):
                instance.start()
                for database in (DATABASE, REFERENCE):
                    migrate(instance, database)
            yield _start(instance, supervisor, groups)
        finally:
            with uninterrupted(), ExitStack() as last:
                last.callback(instance.remove)
                supervisor.stop()


def _start(instance: Instance, supervisor: Supervisor, groups: Mapping[str, ControlGroup]) -> System:
    chosen = {name: str(free_port()) for name in settings.PORTS}
    chosen |= {"PORTAL_REQUESTS": str(ROWS), "PORTAL_ADMIN": "true", "PORTAL_TODAY": TODAY}
    values = settings.local_settings(instance, chosen)
    values |= database_settings(instance, DATABASE) | {"PORTAL_CACHE": "", "API_STOP_SECONDS": "1"}
    plan, uncached = Plan(values, DATABASE, has_portal=True), free_port()
    supervisor.environment = settings.environment(values)
    programs = [plan.portal(), plan.api(), plan.reports(), _uncached(uncached)]
    with step("Starting portal, API and reports"):
        for program in programs:
            supervisor.start(_limited(program, groups))
            supervisor.wait_healthy(program.name, HEALTH_SECONDS)
    return System(instance, supervisor, _places(instance, plan, uncached), groups)


def _limited(program: Program, groups: Mapping[str, ControlGroup]) -> Program:
    group = groups.get(program.name)
    return replace(program, command=group.command(program.command)) if group else program


def _uncached(port: int) -> Program:
    own = {"API_PORT": str(port), "API_WORKERS": "1", "REDIS_URL": NO_REDIS}
    command = ["env", *(f"{name}={value}" for name, value in own.items())]
    command += [str(python_of("api")), "-m", "tests.support.uncached"]
    return Program("uncached", command, ROOT / "api", f"http://127.0.0.1:{port}/status/live")


def _places(instance: Instance, plan: Plan, uncached: int) -> Places:
    postgres = instance.postgres
    return Places(
        superuser=postgres.url(DATABASE),
        owner=instance.url(OWNER),
        loader=instance.url(LOADER),
        reader=instance.url(READER),
        portal=plan.values["SOCRATA_URL"],
        api=plan.values["API_URL"],
        api_port=plan.port("API_PORT"),
        uncached_port=uncached,
        reports_port=plan.port("REPORTS_PORT"),
        token=plan.values["ADMIN_TOKEN"],
        postgres_data=str(postgres.data),
        instance=instance.name,
        root=str(ROOT),
        folder=str(FOLDER),
    )
