"""Migrates to the newest schema with the API's migrations; ``make migrations`` also tests downgrading."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tools import apt, environments
from tools.console import say, step
from tools.paths import LOCAL, ROOT, python_of
from tools.problem import Problem, guarded, last_lines
from tools.servers.instance import DATABASE, LOADER, OWNER, READER, Instance
from tools.servers.programs import client

READER_LIMITS = ROOT / "api" / "lacity_data_api" / "reader_limits.sql"
# pg_dump writes a different random key into each dump.
DUMP_KEY = re.compile(r"^\\(un)?restrict .*$", re.MULTILINE)


def database_settings(instance: Instance, database: str) -> dict[str, str]:
    """The roles' addresses under the names of the settings."""
    return {
        "DATABASE_URL": instance.url(OWNER, database),
        "DATABASE_LOADER_URL": instance.url(LOADER, database),
        "DATABASE_READER_URL": instance.url(READER, database),
        "REDIS_URL": instance.redis.url(),
    }


def migrate(instance: Instance, database: str) -> None:
    """Bring a database to the newest schema, creating it if needed; safe to repeat while it is served."""
    instance.create_database(database)
    _run_in_api(instance, database, "lacity_data_api.migrate")
    # Only a superuser may do this. Where the owner is one, as in Compose, the migration does it itself.
    instance.sql(READER_LIMITS.read_text(), database=database)


def _run_in_api(instance: Instance, database: str, module: str, *arguments: str) -> None:
    log = LOCAL / "log" / "migrate.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        result = subprocess.run(
            [str(python_of("api")), "-m", module, *arguments],
            cwd=ROOT / "api",
            env=os.environ | database_settings(instance, database),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        raise Problem(f"the migrations failed; the end of {log}:\n{last_lines(log, 30)}")


def schema(instance: Instance, database: str) -> str:
    """Every definition in the database, as pg_dump writes it."""
    command, password = client("pg_dump", instance.postgres.url(database), "--schema-only")
    return DUMP_KEY.sub("", subprocess.check_output(command, env=os.environ | password, text=True))


def round_trip(instance: Instance, database: str) -> None:
    """Migrate up, down to nothing, and up again. Raises Problem if the two schemas differ."""
    migrate(instance, database)
    before = schema(instance, database)
    for arguments in (("downgrade", "base"), ("upgrade", "head")):
        with step(f"alembic {' '.join(arguments)}"):
            _run_in_api(instance, database, "alembic", *arguments)
    if schema(instance, database) != before:
        raise Problem("the schema after a downgrade and upgrade differs from that of a new database.")


def main() -> int:
    """``make migrations``, against a private server."""
    apt.ensure()
    environments.ensure(["api"])
    instance = Instance(f"test-{os.getpid()}")
    try:
        instance.start()
        round_trip(instance, DATABASE)
    finally:
        instance.remove()
    say("• The schema can be migrated down to nothing and up again without differences.")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
