"""Every declared dependency is locked."""

from __future__ import annotations

import subprocess

from tools import lock
from tools.paths import FOLDERS_WITH_LOCK, ROOT
from tools.tests.repository.sources import files


def test_every_lock_is_current() -> None:
    assert lock.stale_locks() == []


def test_every_lock_is_committed() -> None:
    """An uncommitted lock would be missing in every clone."""
    locks = [
        str(path.relative_to(ROOT)) for folder in lock.declared_folders() for path in lock.locks_of(folder)
    ]
    tracked = subprocess.check_output(["git", "ls-files", "--", *locks], cwd=ROOT, text=True).split()
    assert sorted(locks) == sorted(tracked)


def test_every_declaring_folder_is_known() -> None:
    declaring = {path.parts[0] for path in files() if path.name == "pyproject.toml"}
    assert declaring <= set(FOLDERS_WITH_LOCK)


def test_every_dependency_has_a_reason_or_is_plain() -> None:
    """A constraint is a decision, so its line says why."""
    for folder in lock.declared_folders():
        for line in (folder / "pyproject.toml").read_text().splitlines():
            stripped = line.strip()
            if stripped.startswith('"') and stripped.endswith(",") and "<" in stripped:
                assert "#" in stripped or stripped.startswith('"#'), f"{folder.name}: {stripped}"
