"""The paths of the servers' programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from tools.problem import Problem

OLDEST_POSTGRES = 15
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
NOT_FOUND = "was not found; `make up` and `make test` install it"


def _has_postgis(programs: Path) -> bool:
    config = programs / "pg_config"
    if not (config.is_file() and (programs / "initdb").is_file()):
        return False
    shared = subprocess.run([str(config), "--sharedir"], capture_output=True, text=True, check=False).stdout
    return (Path(shared.strip()) / "extension" / "postgis.control").is_file()


def _version(programs: Path) -> int:
    printed = subprocess.run(
        [str(programs / "pg_config"), "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\d+", printed)
    return int(found[0]) if found else 0


def find_postgres_programs(version: str = "") -> Path | None:
    """The folder of this major version of PostgreSQL with PostGIS, from 15 on; by default that of
    POSTGRES_VERSION, and without it the newest.
    """
    folders = [*DEBIAN_POSTGRES.glob("*/bin")]
    if on_path := shutil.which("pg_config"):
        folders.append(Path(on_path).parent)
    wanted = version or os.environ.get("POSTGRES_VERSION")
    usable = [
        folder
        for folder in folders
        if _has_postgis(folder) and (not wanted or str(_version(folder)) == wanted)
    ]
    newest = max(usable, key=_version, default=None)
    return newest if newest and _version(newest) >= OLDEST_POSTGRES else None


@cache
def postgres_programs(version: str = "") -> Path:
    """The same, looked up once. Raises ``Problem`` if there is none."""
    found = find_postgres_programs(version)
    if found is None:
        wanted = version or os.environ.get("POSTGRES_VERSION") or f"{OLDEST_POSTGRES} or later"
        raise Problem(f"PostgreSQL {wanted} with PostGIS {NOT_FOUND}.")
    return found


def client(program: str, url: str, *options: str) -> tuple[list[str], dict[str, str]]:
    """The command of a PostgreSQL client for this address, and the password for its environment.

    Every user of the machine can read the arguments of all programs, but not their environments.
    """
    parts = urlsplit(url)
    account, at, place = parts.netloc.rpartition("@")
    user, colon, password = account.partition(":")
    address = urlunsplit(parts._replace(netloc=f"{user}{at}{place}"))
    command = [str(postgres_programs() / program), *options, address]
    return command, {"PGPASSWORD": unquote(password)} if colon else {}


@cache
def redis_server() -> str:
    """The Redis program. Raises ``Problem`` when it is missing."""
    found = shutil.which("redis-server")
    if found is None:
        raise Problem(f"Redis {NOT_FOUND}.")
    return found
