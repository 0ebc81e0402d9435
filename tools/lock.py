"""``make lock``: compile each ``pyproject.toml`` into locks with hashes, for every platform and Python alike.

python3 -m tools.lock [FOLDER…] [--upgrade] | --check

``--upgrade`` takes newer versions; without it the locked ones stay where they still fit. ``--check`` only
says which locks are missing or were compiled from other dependencies; it needs no network.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tools import environments
from tools.console import say, step
from tools.paths import FOLDERS_WITH_LOCK, ROOT
from tools.problem import Problem, guarded

OLDEST_PYTHON = "3.11"
FROM_INPUT = "# Compiled from pyproject.toml by `make lock`; its dependencies then: "
OPTIONS = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--quiet"]
# No index, path or command line of the machine that happened to compile it.
OPTIONS += ["--no-emit-index-url", "--no-emit-find-links", "--no-header"]


def requirements(pyproject: Path) -> dict[str, list[str]]:
    """The declared requirements: of the service itself (``""``) and of each extra, sorted."""
    project = tomllib.loads(pyproject.read_text())["project"]
    extras = project.get("optional-dependencies", {})
    own = sorted(project.get("dependencies", []))
    return {"": own} | {name: sorted(extras[name]) for name in sorted(extras)}


def input_digest(pyproject: Path) -> str:
    """What a lock depends on, in short: changes with the requirements, not with their comments or order."""
    return hashlib.sha256(repr(requirements(pyproject)).encode()).hexdigest()[:16]


def is_in_step(lock: Path, pyproject: Path) -> bool:
    """Whether the lock was compiled from what the file beside it says now."""
    return lock.is_file() and lock.read_text().startswith(FROM_INPUT + input_digest(pyproject) + "\n")


def locks_of(folder: Path) -> dict[Path, list[str]]:
    """The lock files of a folder and the extras that go into each."""
    declared = requirements(folder / "pyproject.toml")
    extras = [name for name in declared if name]
    found: dict[Path, list[str]] = {folder / "requirements.txt": []} if declared[""] else {}
    if extras:
        found[folder / "requirements-dev.txt"] = extras
    return found


def compile_lock(lock: Path, extras: list[str], arguments: list[str]) -> None:
    """Write one lock."""
    flags = [flag for name in extras for flag in ("--extra", name)]
    result = subprocess.run(
        [
            str(environments.UV),
            "pip",
            "compile",
            *OPTIONS,
            *flags,
            *arguments,
            "pyproject.toml",
            "-o",
            lock.name,
        ],
        cwd=lock.parent,
        env=os.environ | environments.uv_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Problem(f"{lock.relative_to(ROOT)} could not be compiled:\n{result.stderr.strip()}")
    body = re.sub(r"\A(#.*\n)+", "", lock.read_text())
    lock.write_text(FROM_INPUT + input_digest(lock.parent / "pyproject.toml") + "\n" + body)


def declared_folders() -> list[Path]:
    """Folders that declare dependencies."""
    return [ROOT / name for name in FOLDERS_WITH_LOCK if (ROOT / name / "pyproject.toml").is_file()]


def stale_locks() -> list[Path]:
    """Locks that are missing, or were compiled from something else than what is declared now."""
    return [
        lock
        for folder in declared_folders()
        for lock in locks_of(folder)
        if not is_in_step(lock, folder / "pyproject.toml")
    ]


def check() -> int:
    """Exit code 1, and the names, when a lock is out of step."""
    stale = stale_locks()
    for lock in stale:
        say(f"{lock.relative_to(ROOT)} is missing or out of step: `make lock` writes it; commit it.")
    return 1 if stale else 0


def compile_all(names: set[str], arguments: list[str]) -> int:
    """Write the locks of the folders named, or all."""
    environments.install_uv()
    for folder in declared_folders():
        if names and str(folder.relative_to(ROOT)) not in names:
            continue
        for lock, extras in locks_of(folder).items():
            with step(f"Locking {lock.relative_to(ROOT)}"):
                compile_lock(lock, extras, arguments)
    say("• `make test` installs them.")
    return 0


def main() -> int:
    arguments = sys.argv[1:]
    if arguments == ["--check"]:
        return check()
    names = {argument for argument in arguments if not argument.startswith("-")}
    if unknown := names - set(FOLDERS_WITH_LOCK):
        raise Problem(
            f"no such folder: {', '.join(sorted(unknown))}. There are {', '.join(FOLDERS_WITH_LOCK)}."
        )
    return compile_all(names, [argument for argument in arguments if argument.startswith("-")])


if __name__ == "__main__":
    sys.exit(guarded(main))
