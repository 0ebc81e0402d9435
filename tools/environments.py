"""One environment per service, made from its lock by uv and made again only when the lock changes.

``python3 -m tools.environments [FOLDER…]`` makes those of the folders named, or all.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.console import step
from tools.disk import require_space
from tools.locks import ensure_folder, exclusive
from tools.paths import CACHE, ENVIRONMENTS, FOLDERS_WITH_ENVIRONMENT, LOCAL, ROOT, SERVICES
from tools.pip_settings import machine_uv_settings
from tools.problem import Problem, guarded

UV_FOLDER = LOCAL / "uv"
UV = UV_FOLDER / "bin" / "uv"
STAMP = "made-from"
SUPPORTED = ((3, 11), (3, 13))
NEEDED_MB = 2_500


def lock_of(folder: str) -> Path:
    """The lock with everything that developing the folder takes; a superset of ``requirements.txt``."""
    return ROOT / folder / "requirements-dev.txt"


def fingerprint(lock: Path) -> str:
    """Changes when the lock, the interpreter or the place of the checkout does."""
    parts = (lock.read_bytes(), sys.version.encode(), sys.executable.encode(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current(target: Path, lock: Path) -> bool:
    """Whether the environment at ``target`` was completed from this very lock."""
    if not lock.is_file():
        raise Problem(f"{lock} is missing: `make lock` writes it.")
    stamp = target / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint(lock)


def check_python() -> None:
    """Raise ``Problem`` unless this interpreter can carry the environments."""
    version = sys.version_info[:2]
    if not SUPPORTED[0] <= version <= SUPPORTED[1]:
        raise Problem(
            f"Python {version[0]}.{version[1]} is not supported: 3.11, 3.12 or 3.13 is needed.\n"
            "  Name one with `make PYTHON=/usr/bin/python3.11 …`."
        )


def _run(command: list[str], what: str, extra: Mapping[str, str]) -> None:
    result = subprocess.run(
        command,
        env=os.environ | extra,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if result.returncode:
        tail = "\n".join(f"    {line}" for line in result.stdout.splitlines()[-15:])
        raise Problem(f"{what} failed:\n{tail}")


def install_uv() -> None:
    """Put the pinned uv under .local: pip is all that a fresh machine has, often without venv."""
    lock = ROOT / "tools" / "requirements.txt"
    if is_current(UV_FOLDER, lock) and UV.exists():
        return
    with step("Installing uv under .local"):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        target = ["--no-cache-dir", "--upgrade", "--target", str(UV_FOLDER), "--require-hashes"]
        _run([*pip, *target, "-r", str(lock)], "Installing uv with pip", {"PIP_USER": "0"})
        (UV_FOLDER / STAMP).write_text(fingerprint(lock))


def uv_environment() -> dict[str, str]:
    """Variables for uv: its files under .local, no downloaded interpreters, the machine's own indexes."""
    own = {"UV_CACHE_DIR": str(CACHE / "uv"), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    return own | machine_uv_settings()


def make(folder: str) -> None:
    """Make one environment, with the hash of every file checked."""
    target, lock = ENVIRONMENTS / folder, lock_of(folder)
    with step(f"Making the environment of {folder}/"):
        extra = uv_environment()
        create = [str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(target)]
        _run(create, f"Creating the environment of {folder}/", extra)
        interpreter = str(target / "bin" / "python")
        fill = [str(UV), "pip", "sync", "--quiet", "--require-hashes", "--python", interpreter, str(lock)]
        _run(fill, f"Filling the environment of {folder}/", extra)
        (target / STAMP).write_text(fingerprint(lock))


def ensure(folders: Iterable[str]) -> None:
    """Make what is missing or outdated; returns at once when everything is current."""
    check_python()
    with exclusive(LOCAL / "environments.lock"):
        outdated = [name for name in folders if not is_current(ENVIRONMENTS / name, lock_of(name))]
        if not outdated:
            return
        require_space(LOCAL, NEEDED_MB, "Installing the Python packages")
        ensure_folder(ENVIRONMENTS)
        install_uv()
        for name in outdated:
            make(name)


def locked_folders() -> list[str]:
    """Folders that have a lock; the services always do."""
    return [name for name in FOLDERS_WITH_ENVIRONMENT if name in SERVICES or lock_of(name).is_file()]


def main() -> int:
    ensure(sys.argv[1:] or locked_folders())
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
