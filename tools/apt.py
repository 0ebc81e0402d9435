"""Installs the Debian packages of the servers and the browser if they are missing.

``python3 -m tools.apt [--tests]`` installs them; the browser, the validator and npm are for tests only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
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
# Program, package, and megabytes. PostgreSQL is detected by its PostGIS; its package name contains a version.
PROGRAMS = {
    "redis": ("redis-server", 10),
    # Headless Chromium: a window would cost every page of a test up to half a second.
    "browser": ("chromium-headless-shell", 400),
    "wrk": ("wrk", 20),
    # Validates the Atom feeds; needs Java.
    "jing": ("jing", 250),
    # Evaluates the queries of Grafana's dashboard.
    "prometheus": ("prometheus", 120),
    # Fetches DuckDB-WASM, which reads the city's files in the browser.
    "npm": ("npm", 160),
}
TESTED_WITH = {"api": ("browser", "jing"), "dash": ("browser",), "prefect": ("browser", "npm")}
POSTGRES_MB = 400
POSTGIS = re.compile(r"^(postgresql-(\d+))-postgis-3 ", re.MULTILINE)
LOG = LOCAL / "log" / "apt.log"


def of_tests(suites: Iterable[str] = TESTED_WITH) -> list[str]:
    """The keys of ``PROGRAMS`` that the tests of these suites use."""
    return sorted({need for suite in suites for need in TESTED_WITH.get(suite, ())})


def missing(*needs: str) -> list[str]:
    """Which of ``postgres`` and the keys of ``PROGRAMS`` are not installed."""
    is_there = {"postgres": find_postgres_programs() is not None}
    is_there |= {need: shutil.which(program) is not None for need, (program, _) in PROGRAMS.items()}
    return [need for need in needs if not is_there[need]]


def newest_postgres(search_result: str) -> list[str]:
    """The packages of the distribution's newest PostgreSQL with PostGIS; none if it is too old."""
    found = [(int(version), package) for package, version in POSTGIS.findall(search_result)]
    version, package = max(found, default=(0, ""))
    return [package, f"{package}-postgis-3"] if version >= OLDEST_POSTGRES else []


def packages_for(needs: list[str]) -> list[str]:
    """Package names; PostgreSQL's has no version while there are no package lists."""
    packages = [PROGRAMS[need][0] for need in needs if need in PROGRAMS]
    if "postgres" not in needs:
        return packages
    search = ["apt-cache", "search", "--names-only", r"^postgresql-[0-9]+-postgis-3$"]
    found = newest_postgres(subprocess.run(search, capture_output=True, text=True, check=False).stdout)
    return [*(found or ["postgresql-postgis"]), *packages]


def lists_are_stale(folder: Path = LISTS) -> bool:
    """Whether ``apt-get update`` has not been run here within the last day."""
    lists = [path for path in folder.glob("*_Packages*") if path.is_file()]
    return not lists or time.time() - max(path.stat().st_mtime for path in (folder, *lists)) > STALE_SECONDS


def root_prefix(wanted: str) -> list[str]:
    """The prefix for a command that needs root. Raises Problem with the command for an administrator."""
    if is_root():
        return []
    if shutil.which("sudo"):
        if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
            return ["sudo", "-n"]
        if sys.stdin.isatty():
            say("  sudo may ask for your password now.")
            return ["sudo"]
    raise Problem(
        f"{wanted} must be installed, which requires root, but this user may not use sudo.\n"
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


def ensure(*more: str) -> None:
    """Install the servers, and these keys of ``PROGRAMS``; services that their packages start are stopped."""
    needs = missing("postgres", "redis", *more)
    if not needs:
        return
    if not shutil.which("apt-get"):
        raise Problem(
            f"missing: {', '.join(needs)}, and apt-get is not available to install it.\n"
            "  Install PostgreSQL 15 or later with PostGIS 3, and Redis (Chromium for browser tests)."
        )
    ensure_folder(LOG.parent)
    LOG.write_text("")
    prefix = root_prefix(" ".join(packages_for(needs)))
    if lists_are_stale():
        with step("Fetching Debian's package lists"):
            _apt(prefix, "update")
    _install(prefix, packages_for(needs), sum(PROGRAMS.get(need, ("", POSTGRES_MB))[1] for need in needs))


def _install(prefix: list[str], packages: list[str], megabytes: int) -> None:
    require_space(Path("/usr"), megabytes, "Installing " + " ".join(packages))
    install = ("install", "--no-install-recommends", *packages)
    with step(f"Installing {' '.join(packages)}"):
        before = SystemServices.now(prefix)
        # Old package lists may refer to files that the mirrors have replaced since.
        if not (_apt(prefix, *install) or (_apt(prefix, "update") and _apt(prefix, *install))):
            raise Problem(
                f"apt-get could not install {' '.join(packages)}; the end of {LOG}:\n{last_lines(LOG)}"
            )
        before.restore()


def main() -> int:
    ensure(*(of_tests() if "--tests" in sys.argv[1:] else ()))
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(guarded(main))
