"""``make postgres-upgrade TO=17``: rehearse a major upgrade of Postgres with the running system's data.

A backup is restored into a new private cluster of that version, through the migrations and with only the
owner's privileges, like an upgrade to a new database. Every table must then have the same rows. The running
system is only read. docs/upgrades.md has the next steps on AWS and with Compose.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tools import backup
from tools.console import say, step
from tools.migrate import database_settings, migrate
from tools.problem import Problem, guarded
from tools.psql import value
from tools.servers.instance import DATABASE, OWNER, Instance
from tools.servers.programs import find_postgres_programs, postgres_programs

TABLES = """
SELECT tablename FROM pg_tables
 WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys', 'data_generation')
 ORDER BY 1
"""
VERSIONS = "SELECT current_setting('server_version') || ' with PostGIS ' || postgis_lib_version()"
# Independent of the order of rows, and of hash functions that may change between versions.
DIGEST = """
SELECT count(*) || ' rows, ' || coalesce(sum(('x' || substr(md5(one::text), 1, 8))::bit(32)::bigint), 0)
  FROM {} AS one
"""


def digests(url: str) -> dict[str, str]:
    """Count and checksum of the rows of each table."""
    return {table: value(url, DIGEST.format(table)) for table in value(url, TABLES).split()}


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Raises Problem with the names of the tables whose rows differ."""
    different = sorted(table for table in old.keys() | new.keys() if old.get(table) != new.get(table))
    if different:
        raise Problem(f"rows differ after the upgrade: {', '.join(different)}")


def rehearse(version: str) -> None:
    """Restore the running system's data in that version. Raises Problem when it differs."""
    os.environ["POSTGRES_VERSION"] = version
    postgres_programs.cache_clear()
    if find_postgres_programs() is None:
        raise Problem(
            f"PostgreSQL {version} with PostGIS is not installed: apt-get install "
            f"postgresql-{version}-postgis-3, from Debian's next release or from apt.postgresql.org, next to "
            "the version in use."
        )
    source, started = backup.owner_url(), time.monotonic()
    instance = Instance(f"upgrade-{os.getpid()}")
    with tempfile.TemporaryDirectory() as folder:
        # The dump is written by the newer version's pg_dump, as Postgres recommends.
        backup.save(Path(folder) / "backup")
        try:
            with step(f"Starting PostgreSQL {version}"):
                instance.start()
            migrate(instance, DATABASE)
            target = instance.url(OWNER, DATABASE)
            os.environ.update(database_settings(instance, DATABASE))
            backup.restore(Path(folder) / "backup", may_replace=True)
            with step("Comparing every table"):
                compare(digests(source), digests(target))
            found = value(target, VERSIONS)
        finally:
            instance.remove()
    old, seconds = value(source, "SHOW server_version"), time.monotonic() - started
    say(
        f"• PostgreSQL {found} has every row of {old}, after {seconds:.0f} s. Next: docs/upgrades.md#postgres"
    )


def main() -> int:
    match sys.argv[1:]:
        case [version] if version.isdecimal():
            rehearse(version)
            return 0
    raise Problem("specify a major version: make postgres-upgrade TO=17")


if __name__ == "__main__":
    sys.exit(guarded(main))
