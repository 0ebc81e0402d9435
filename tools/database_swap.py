"""A new database that is filled next to the one in use, and then takes its place in one step.

Until then, the services read the old database, and a failure leaves it as it is.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast
from urllib.parse import quote, urlsplit

from tools.problem import Problem, uninterrupted
from tools.psql import value
from tools.servers.programs import client

# A database cannot be renamed by its own sessions.
ADMINISTRATION = "postgres"
# Postgres cuts names after 63 bytes, so a suffix could be lost, and with it the difference from the old name.
FILLED, REPLACED = "restoring_", "replaced_"
MAX_NAME_LENGTH = 63
SWAP_ATTEMPTS = 5
ACCESSED = "is being accessed by other users"
LOCK = "SELECT pg_try_advisory_lock(311, 1);\n"
HOLDER = """
SELECT activity.application_name || ', process ' || activity.pid
  FROM pg_locks
  JOIN pg_stat_activity AS activity USING (pid)
  JOIN pg_database ON pg_database.oid = pg_locks.database AND pg_database.datname = current_database()
 WHERE locktype = 'advisory' AND classid = 311 AND objid = 1 AND granted
"""
# Sessions of a superuser stay, and so do the server's own, which it ends itself.
END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = :'ended' AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE');
"""
CREATE = """
CREATE DATABASE :"filled";
REVOKE ALL ON DATABASE :"filled" FROM PUBLIC;
SELECT format('GRANT %s ON DATABASE %I TO %s', privilege_type, :'filled',
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
  FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
 WHERE datname = :'current' \\gexec
"""
SWAP = f"""
BEGIN;
{END_SESSIONS}
ALTER DATABASE :"ended" RENAME TO :"replaced";
ALTER DATABASE :"filled" RENAME TO :"ended";
COMMIT;
"""
DROP = f"""
{END_SESSIONS}
DROP DATABASE IF EXISTS :"ended";
"""


@contextmanager
def run_lock(url: str) -> Iterator[None]:
    """Hold the lock of the pipeline's runs for the block. Raises Problem if a run is in progress."""
    command, password = client("psql", url, "-XqAt")
    with subprocess.Popen(
        command,
        env=os.environ | password | {"PGAPPNAME": "311 restore"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as session:
        try:
            if not _is_locked(session):
                holder = value(url, HOLDER)
                raise Problem(f"another run is in progress ({holder}): try again when it has finished.")
            yield
        finally:
            session.kill()


def _is_locked(session: subprocess.Popen[str]) -> bool:
    script, rows = cast("IO[str]", session.stdin), cast("IO[str]", session.stdout)
    script.write(LOCK)
    script.flush()
    return rows.readline() == "t\n"


@contextmanager
def replacement(url: str) -> Iterator[str]:
    """The address of a new database, which replaces that of ``url`` at the end of the block.

    It has the same privileges. If the block fails, it is removed. Raises Problem if it cannot be created.
    """
    current = value(url, "SELECT current_database()")
    filled, replaced = (f"{prefix}{current}"[:MAX_NAME_LENGTH] for prefix in (FILLED, REPLACED))
    administration = _on_database(url, ADMINISTRATION)
    _drop(administration, filled, replaced)
    try:
        value(administration, CREATE, filled=filled, current=current)
        yield _on_database(url, filled)
        _swap(administration, ended=current, filled=filled, replaced=replaced)
    finally:
        with uninterrupted():
            _drop(administration, filled, replaced)


def _on_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{quote(name)}").geturl()


def _swap(administration: str, **names: str) -> None:
    for attempt in range(1, SWAP_ATTEMPTS + 1):
        try:
            value(administration, SWAP, **names)
        except Problem as problem:
            # A client had connected again before its database was locked.
            if attempt == SWAP_ATTEMPTS or ACCESSED not in str(problem):
                raise
        else:
            return


def _drop(administration: str, *databases: str) -> None:
    for database in databases:
        value(administration, DROP, ended=database)
