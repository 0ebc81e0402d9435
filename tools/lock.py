"""``make lock``: compile each ``pyproject.toml`` into locks with hashes, for every platform and Python.

python3 -m tools.lock [FOLDER…] [--upgrade] | --check

``--upgrade`` takes newer versions; without it the locked ones stay where they still fit. ``--check`` lists
the locks that are missing or were compiled from other requirements; it needs no network.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from pathlib import Path

from tools import environments
from tools.console import say, step
from tools.paths import FOLDERS_WITH_LOCK, ROOT
from tools.problem import Problem, guarded

OLDEST_PYTHON = "3.11"
FROM_INPUT = "# Compiled from pyproject.toml by `make lock`; its dependencies then: "
HASH = re.compile(r" \\\n +--hash=\S+")
# Without packages stored on this machine: a lock would have the hashes of its platform and Python only.
INDEX_ONLY = {"UV_INDEX": "", "UV_FIND_LINKS": ""}
OPTIONS = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--quiet"]
# A lock names no index, path or command line of the machine that compiled it.
OPTIONS += ["--no-emit-index-url", "--no-emit-find-links", "--no-header"]


def requirements(pyproject: Path) -> dict[str, list[str]]:
    """The declared requirements: of the service itself (``""``) and of each extra, sorted."""
    project = tomllib.loads(pyproject.read_text())["project"]
    extras = project.get("optional-dependencies", {})
    own = sorted(project.get("dependencies", []))
    return {"": own} | {name: sorted(extras[name]) for name in sorted(extras)}


def input_digest(pyproject: Path) -> str:
    """A digest of a lock's requirements, independent of their comments and order."""
    return hashlib.sha256(repr(requirements(pyproject)).encode()).hexdigest()[:16]


def is_current(lock: Path, pyproject: Path) -> bool:
    """Whether the lock was compiled from the requirements that ``pyproject`` declares now."""
    return lock.is_file() and lock.read_text().startswith(FROM_INPUT + input_digest(pyproject) + "\n")


def locks_of(folder: Path) -> dict[Path, list[str]]:
    """The lock files of a folder and the extras that go into each."""
    declared = requirements(folder / "pyproject.toml")
    extras = [name for name in declared if name]
    found: dict[Path, list[str]] = {folder / "requirements.txt": []} if declared[""] else {}
    return found | ({folder / "requirements-dev.txt": extras} if extras else {})


def without_hashes(lock: str) -> str:
    """The same pins. uv would copy their hashes instead of reading those of all files from the index."""
    return HASH.sub("", lock)


def compile_lock(lock: Path, extras: list[str], arguments: list[str]) -> None:
    """Write one lock; ``arguments`` go to uv."""
    before = lock.read_text() if lock.is_file() else ""
    lock.write_text(without_hashes(before))
    flags = [flag for name in extras for flag in ("--extra", name)]
    command = ["--directory", str(lock.parent), "pip", "compile", *OPTIONS, *flags, *arguments]
    command += ["pyproject.toml", "-o", lock.name]
    try:
        environments.run_uv(command, f"Compiling {lock.relative_to(ROOT)}", INDEX_ONLY)
    except BaseException:
        lock.write_text(before)
        raise
    digest = input_digest(lock.with_name("pyproject.toml"))
    lock.write_text(f"{FROM_INPUT}{digest}\n{lock.read_text()}")


def declared_folders() -> list[Path]:
    """Folders that declare dependencies."""
    return [ROOT / name for name in FOLDERS_WITH_LOCK]


def stale_locks() -> list[Path]:
    """Locks that are missing, or were compiled from requirements other than the declared ones."""
    return [
        lock
        for folder in declared_folders()
        for lock in locks_of(folder)
        if not is_current(lock, folder / "pyproject.toml")
    ]


def check() -> int:
    """Print the names of stale locks; exit code 1 if there are any."""
    stale = stale_locks()
    for lock in stale:
        say(f"{lock.relative_to(ROOT)} is missing or stale: run `make lock` and commit it.")
    return int(bool(stale))


def main() -> int:
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    flags = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    if flags == ["--check"]:
        return check()
    if unknown := set(names) - set(FOLDERS_WITH_LOCK):
        raise Problem(
            f"no such folder: {', '.join(sorted(unknown))}; choose from {', '.join(FOLDERS_WITH_LOCK)}."
        )
    environments.install_uv()
    for folder in declared_folders():
        is_chosen = not names or str(folder.relative_to(ROOT)) in names
        for lock, extras in locks_of(folder).items() if is_chosen else ():
            with step(f"Compiling {lock.relative_to(ROOT)}"):
                compile_lock(lock, extras, flags)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
