"""The servers and variables of the services' test suites."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import settings
from tools.console import step
from tools.migrate import migrate
from tools.paths import CACHE, LOCAL
from tools.servers import processes
from tools.servers.instance import LOADER, OWNER, READER, Instance, instances

TEMPLATE = "template_311"
# Jobs that may run in parallel; a suite in parts has no job of the whole at the same time.
REDIS_DATABASE = {"api": 1, "dash": 2, "prefect": 3, "tools": 4, "locust": 5, "prefect-1": 3, "prefect-2": 6}
OF_A_RUN = re.compile(r"(?:attack|load|test)-(\d+)")


def test_variables(instance: Instance, job: str) -> dict[str, str]:
    """The addresses of a job's servers; each job has its own Redis database."""
    return {
        "TEST_ADMIN_URL": instance.url(OWNER, "postgres"),
        "TEST_LOADER_URL": instance.url(LOADER, "postgres"),
        "TEST_READER_URL": instance.url(READER, "postgres"),
        "TEST_TEMPLATE": TEMPLATE,
        "TEST_REDIS_URL": instance.redis.url(REDIS_DATABASE[job]),
    }


def clean_environment(service: str) -> dict[str, str]:
    """The machine's variables without settings of the system, and caches under ``.local``."""
    names = set(settings.documented())
    machine = {name: value for name, value in os.environ.items() if name not in names}
    own = {
        "COVERAGE_FILE": str(CACHE / "coverage" / service / "data"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(CACHE / "hypothesis" / service),
        "MYPY_CACHE_DIR": str(CACHE / "mypy" / service),
        "PREFECT_HOME": str(_folder_of(os.getpid()) / "prefect"),
        **settings.python_environment(),
        "RUFF_CACHE_DIR": str(CACHE / "ruff"),
        "XDG_CACHE_HOME": str(CACHE / "home"),
    }
    Path(own["COVERAGE_FILE"]).parent.mkdir(parents=True, exist_ok=True)
    return settings.without_python_variables(machine) | own


@contextmanager
def servers() -> Iterator[Instance]:
    """Servers for one test run, with a migrated template database; removed afterwards."""
    remove_abandoned()
    # Prefect's database needs it.
    _folder_of(os.getpid()).mkdir(parents=True, exist_ok=True)
    instance = Instance(f"test-{os.getpid()}")
    try:
        with step("Starting PostgreSQL and Redis for the tests"):
            instance.start()
            # Some tests examine statistics and page maps, which autovacuum would change at any moment.
            instance.sql("ALTER SYSTEM SET autovacuum = off", database="postgres")
            instance.sql("SELECT pg_reload_conf()", database="postgres")
            migrate(instance, TEMPLATE)
        yield instance
    finally:
        instance.remove()
        shutil.rmtree(_folder_of(os.getpid()), ignore_errors=True)


def _folder_of(run: int) -> Path:
    return LOCAL / "test" / str(run)


def remove_abandoned() -> None:
    """Remove the servers and files of test runs, load runs and attacks that were killed."""
    for folder in (LOCAL / "test").glob("[0-9]*"):
        if not processes.is_alive(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    for instance in instances():
        run = OF_A_RUN.fullmatch(instance.name)
        if run and not processes.is_alive(int(run[1])):
            instance.remove()
