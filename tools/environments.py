"""One environment per service, which uv keeps in sync with the service's lock.

``python3 -m tools.environments [FOLDER…]`` creates those of the given folders, or all.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tools import apt
from tools.console import step
from tools.disk import require_space
from tools.file_locks import exclusive
from tools.paths import CACHE, ENVIRONMENTS, FOLDERS_WITH_ENVIRONMENT, LOCAL, ROOT
from tools.pip_settings import machine_uv_settings
from tools.problem import Problem, guarded, indented
from tools.servers.users import is_root

UV_FOLDER = LOCAL / "uv"
UV = UV_FOLDER / "bin" / "uv"
UV_LOCK = ROOT / "tools" / "requirements.txt"
SUPPORTED = ((3, 11), (3, 13))
NEEDED_MB = 2_500
LOCK = "requirements-dev.txt"
"""Of a folder's environment, which keeps a copy of the lock that it was installed from."""
PREPARED_BY = {"prefect": "pipeline.prefect_preparation", "dash": "report_kit.packing"}
"""Modules that complete a folder's new environment, the slowest first; running them again has no effect."""


def check_python() -> None:
    """Raise ``Problem`` unless this interpreter is supported by the locks."""
    version = sys.version_info[:2]
    if not SUPPORTED[0] <= version <= SUPPORTED[1]:
        raise Problem(
            f"Python {version[0]}.{version[1]} is not supported: 3.11, 3.12 or 3.13 is needed.\n"
            "  Choose one with `make PYTHON=/usr/bin/python3.11 …`."
        )


def run_uv(arguments: list[str], what: str, variables: Mapping[str, str] | None = None) -> None:
    """Run uv with its settings and these variables. Raises ``Problem`` with its output when it fails."""
    run([str(UV), *arguments], what, variables=uv_environment() | dict(variables or {}))


def run(
    command: list[str], what: str, folder: Path = ROOT, variables: Mapping[str, str] | None = None
) -> None:
    """Run a command, with additional variables. Raises ``Problem`` with its output when it fails."""
    environment = os.environ | (variables or {})
    done = subprocess.run(command, env=environment, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode:
        raise Problem(f"{what} failed:\n{indented(done.stdout + done.stderr)}")


def uv_environment() -> dict[str, str]:
    """Variables for uv: its files under .local, no downloaded interpreters, the machine's own indexes."""
    own = {"UV_CACHE_DIR": str(CACHE / "uv"), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    return own | machine_uv_settings()


def is_same(installed: Path, lock: Path) -> bool:
    """Whether the copy that was made of a lock after installing from it still equals the lock."""
    return installed.is_file() and installed.read_bytes() == lock.read_bytes()


def install_uv() -> None:
    """Install the locked uv under .local with pip, which new machines have, unlike venv."""
    installed = UV_FOLDER / UV_LOCK.name
    if is_same(installed, UV_LOCK):
        return
    with step("Installing uv under .local"):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-user"]
        target = ["--no-cache-dir", "--upgrade", "--target", str(UV_FOLDER), "--require-hashes"]
        run([*pip, *target, "-r", str(UV_LOCK)], "Installing uv with pip")
        installed.write_bytes(UV_LOCK.read_bytes())


def _has_interpreter(folder: str) -> bool:
    """Whether a folder's environment was created for this version of Python."""
    settings = ENVIRONMENTS / folder / "pyvenv.cfg"
    version = f"version_info = {platform.python_version()}\n"
    return settings.is_file() and version in settings.read_text()


def is_complete(folder: str) -> bool:
    """Whether a folder's environment needs nothing to be installed."""
    lock = ROOT / folder / LOCK
    return lock.is_file() and _has_interpreter(folder) and is_same(ENVIRONMENTS / folder / LOCK, lock)


def make(folder: str, *, completes: bool = True) -> None:
    """Sync an environment with the folder's lock, and complete it; the hash of every download is verified."""
    target, lock = ENVIRONMENTS / folder, ROOT / folder / LOCK
    if not lock.is_file():
        raise Problem(f"{lock} is missing: create it with `make lock`.")
    if not _has_interpreter(folder):
        create = ["venv", "--quiet", "--clear", "--relocatable", "--python", sys.executable]
        run_uv([*create, str(target)], f"Creating the environment of {folder}/")
    sync(target, lock)
    if completes and (module := PREPARED_BY.get(folder)):
        run([str(target / "bin" / "python"), "-m", module], f"Running {module} of {folder}/", ROOT / folder)


def sync(target: Path, lock: Path) -> None:
    """Install exactly the packages of the lock, unless they were already installed from the same lock."""
    installed = target / lock.name
    if is_same(installed, lock):
        return
    installed.unlink(missing_ok=True)
    command = ["pip", "sync", "--quiet", "--require-hashes", "--python", str(target / "bin" / "python")]
    run_uv([*command, str(lock)], f"Installing the packages of {target.name}/")
    installed.write_bytes(lock.read_bytes())


def ensure(folders: Iterable[str], *, completes: bool = True) -> None:
    """Make or update the environments of these folders. Raises Problem if the disk is too full.

    Completing them (``PREPARED_BY``) keeps one processor busy for half a minute; a later call can do it.
    """
    wanted = list(folders)
    check_python()
    with exclusive(LOCAL / "environments.lock"), step("Checking the Python environments"):
        if not all(map(is_complete, wanted)):
            require_space(LOCAL, NEEDED_MB, "Installing the Python packages")
        install_uv()
        # Installing mostly waits for downloads, and completing an environment keeps one processor busy.
        with ThreadPoolExecutor() as pool:
            list(pool.map(partial(make, completes=completes), wanted))


def ensure_with_packages(folders: Iterable[str], *needs: str, completes: bool = True) -> None:
    """Ensure the environments of these folders, and Debian's packages (``apt.ensure``).

    Concurrently for root only: sudo may ask other users for a password, and other output would hide that.
    """
    with ThreadPoolExecutor() as pool:
        made = pool.submit(ensure, folders, completes=completes) if is_root() else None
        apt.ensure(*needs)
    made.result() if made else ensure(folders, completes=completes)


def main() -> int:
    ensure(sys.argv[1:] or FOLDERS_WITH_ENVIRONMENT)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
