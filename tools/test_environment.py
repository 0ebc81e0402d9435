"""The servers and variables of the services' test suites."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import settings
from tools.console import step
from tools.migrate import migrate
from tools.paths import CACHE
from tools.servers.instance import LOADER, OWNER, READER, Instance
from tools.test_folder import folder_of, run_folder

TEMPLATE = "template_311"
# By job: jobs may run in parallel, but a suite that is split never runs as a whole at the same time.
REDIS_DATABASE = {"api": 1, "dash": 2, "prefect": 3, "tools": 4, "locust": 5}
REDIS_DATABASE |= {"dash-1": 2, "dash-2": 6, "prefect-1": 3, "prefect-2": 7}


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
        "PREFECT_HOME": str(folder_of(os.getpid()) / "prefect"),
        **settings.python_environment(),
        **settings.loopback_variables(machine),
        "RUFF_CACHE_DIR": str(CACHE / "ruff"),
        "XDG_CACHE_HOME": str(CACHE / "home"),
    }
    Path(own["COVERAGE_FILE"]).parent.mkdir(parents=True, exist_ok=True)
    return settings.without_python_variables(machine) | own


def suite_environment(service: str, instance: Instance, job: str) -> dict[str, str]:
    """The variables of a job of a service's suite; ``instance`` comes from ``servers()``."""
    temporary = {"TMPDIR": str(temporary_of(instance.folder.parent))}
    return clean_environment(service) | test_variables(instance, job) | temporary


def temporary_of(folder: Path) -> Path:
    """The folder for temporary files of the test run with this folder."""
    return folder / "tmp"


@contextmanager
def servers() -> Iterator[Instance]:
    """Servers for one test run, with a migrated template database; removed afterwards."""
    with run_folder() as folder:
        temporary_of(folder).mkdir(mode=0o711)
        instance = Instance("servers", parent=folder)
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
