"""The newest schema, by the API's own migrations."""

from __future__ import annotations

import os
import subprocess

from tools.paths import LOCAL, ROOT, python_of
from tools.problem import Problem, last_lines
from tools.servers.instance import LOADER, OWNER, READER, Instance


def database_settings(instance: Instance, database: str) -> dict[str, str]:
    """The three roles' addresses under the names that every service reads."""
    return {
        "DATABASE_URL": instance.url(OWNER, database),
        "DATABASE_LOADER_URL": instance.url(LOADER, database),
        "DATABASE_READER_URL": instance.url(READER, database),
        "REDIS_URL": instance.redis.url(),
    }


def migrate(instance: Instance, database: str) -> None:
    """Bring a database, made if need be, to the newest schema; safe to repeat and while it is served."""
    instance.create_database(database)
    log = LOCAL / "log" / "migrate.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        result = subprocess.run(
            [str(python_of("api")), "-m", "lacity_data_api.migrate"],
            cwd=ROOT / "api",
            env=os.environ | database_settings(instance, database),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        raise Problem(f"the migrations failed; the end of {log}:\n{last_lines(log, 30)}")
