"""The Debian packages that the servers and the browser tests need, installed only when missing.

``python3 -m tools.apt [--browser]`` installs; with ``--dry-run`` it only says what it would install.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.console import say, step
from tools.disk import require_space
from tools.file_locks import ensure_folder
from tools.paths import LOCAL
from tools.problem import Problem, guarded, last_lines
from tools.servers.programs import OLDEST_POSTGRES, find_postgres_programs
from tools.servers.users import is_root
from tools.system_services import SystemServices

LISTS = Path("/var/lib/apt/lists")
STALE_SECONDS = 24 * 3600
NEEDED_MB = {"servers": 400, "browser": 700}
NAMES_WITHOUT_LISTS = {"postgres": "postgresql-postgis", "redis": "redis-server", "browser": "chromium"}
POSTGIS = re.compile(r"^(postgresql-(\d+))-postgis-3 ", re.MULTILINE)
LOG = LOCAL / "log" / "apt.log"


def missing(*, browser: bool) -> list[str]:
    """What is not there, as ``postgres``, ``redis``, ``browser``."""
    found = {
        "postgres": find_postgres_programs() is not None,
        "redis": shutil.which("redis-server") is not None,
        "browser": not browser or shutil.which("chromium") is not None,
    }
    return [name for name, is_there in found.items() if not is_there]


def newest_postgres(search_result: str) -> list[str]:
    """The packages of the newest PostgreSQL that the distribution has with PostGIS; none if too old."""
    found = [(int(version), package) for package, version in POSTGIS.findall(search_result)]
    version, package = max(found, default=(0, ""))
    return [package, f"{package}-postgis-3"] if version >= OLDEST_POSTGRES else []


def _postgres_packages() -> list[str]:
    search = ["apt-cache", "search", "--names-only", r"^postgresql-[0-9]+-postgis-3$"]
    result = subprocess.run(search, capture_output=True, text=True, check=False)
    packages = newest_postgres(result.stdout)
    if not packages:
        raise Problem(
            f"this distribution has no PostgreSQL {OLDEST_POSTGRES} or later with PostGIS; Debian 12 has."
        )
    return packages


def packages_for(needs: list[str]) -> list[str]:
    """Package names for what is missing."""
    names = {"redis": ["redis-server"], "browser": ["chromium"]}
    return [package for need in needs for package in (names[need] if need in names else _postgres_packages())]


def lists_are_stale(folder: Path = LISTS) -> bool:
    """Whether ``apt-get update`` never ran here, or not within a day."""
    lists = [path for path in folder.glob("*_Packages*") if path.is_file()]
    return not lists or time.time() - max(path.stat().st_mtime for path in (folder, *lists)) > STALE_SECONDS


def root_prefix(wanted: str) -> list[str]:
    """What to put before a command that needs root; ``Problem`` when there is no way."""
    if is_root():
        return []
    if shutil.which("sudo"):
        if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
            return ["sudo", "-n"]
        if sys.stdin.isatty():
            say("  sudo may ask for your password now.")
            return ["sudo"]
    raise Problem(
        f"{wanted} must be installed, which takes root, and this user may not use sudo here.\n"
        f"  Ask an administrator to run: apt-get install --no-install-recommends {wanted}"
    )


def _apt(prefix: list[str], *arguments: str) -> bool:
    settings = ["env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"]
    options = ["-y", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    command = [*prefix, *settings, "apt-get", *options, *arguments]
    with LOG.open("a") as file:
        file.write(f"\n$ {' '.join(command)}\n")
        file.flush()
        done = subprocess.run(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _install(prefix: list[str], packages: list[str]) -> None:
    install = ("install", "--no-install-recommends", *packages)
    if _apt(prefix, *install):
        return
    # Lists of yesterday name files that the mirrors have replaced since.
    if _apt(prefix, "update") and _apt(prefix, *install):
        return
    raise Problem(f"apt-get could not install {' '.join(packages)}; the end of {LOG}:\n{last_lines(LOG)}")


def ensure(*, browser: bool = False) -> None:
    """Install what is missing; what the install itself started is stopped again."""
    needs = missing(browser=browser)
    if not needs:
        return
    if not shutil.which("apt-get"):
        raise Problem(
            f"missing: {', '.join(needs)}, and there is no apt-get to install it.\n"
            "  Install PostgreSQL 15 or later with PostGIS 3, and Redis (Chromium for browser tests)."
        )
    prefix = _ready(_wanted(needs))
    install(prefix, packages_for(needs), sum(_need_mb(name) for name in needs))


def ensure_packages(packages: list[str], megabytes: int) -> None:
    """Install packages of these names. Raises Problem without apt-get or the right to use it."""
    if not shutil.which("apt-get"):
        raise Problem(f"missing: {' '.join(packages)}, and there is no apt-get to install it.")
    install(_ready(" ".join(packages)), packages, megabytes)


def _ready(wanted: str) -> list[str]:
    """Package lists of today, and what to put before a command that needs root."""
    ensure_folder(LOG.parent)
    LOG.write_text("")
    prefix = root_prefix(wanted)
    if lists_are_stale():
        with step("Fetching Debian's package lists"):
            _apt(prefix, "update")
    return prefix


def install(prefix: list[str], packages: list[str], megabytes: int) -> None:
    """Install; what the install itself started is stopped again."""
    require_space(Path("/usr"), megabytes, "Installing " + " ".join(packages))
    with step(f"Installing {' '.join(packages)}"):
        before = SystemServices.now(prefix)
        _install(prefix, packages)
        before.restore()


def _wanted(needs: list[str]) -> str:
    """Package names for a message, as far as they can be known before the lists are fetched."""
    try:
        return " ".join(packages_for(needs))
    except Problem:
        return " ".join(NAMES_WITHOUT_LISTS[need] for need in needs)


def _need_mb(need: str) -> int:
    return NEEDED_MB["browser" if need == "browser" else "servers"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tools.apt", description=__doc__)
    parser.add_argument("--browser", action="store_true", help="also Chromium")
    parser.add_argument("--dry-run", action="store_true", help="only say what is missing")
    arguments = parser.parse_args()
    if arguments.dry_run:
        needs = missing(browser=arguments.browser)
        say(f"would install: {' '.join(packages_for(needs)) or 'nothing'}")
        return 0
    ensure(browser=arguments.browser)
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(guarded(main))
