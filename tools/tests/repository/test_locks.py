"""Every declared dependency is locked."""

from __future__ import annotations

import re
import subprocess

from tools import lock
from tools.paths import FOLDERS_WITH_LOCK, ROOT
from tools.tests.repository.sources import files

COMPILED = {"charset-normalizer", "cffi", "greenlet", "numpy", "psutil", "uvloop"}
# Several versions of Python on Linux, macOS and Windows.
MIN_FILES = 10


def test_every_lock_is_current() -> None:
    assert lock.stale_locks() == []


def test_every_lock_is_committed() -> None:
    """An uncommitted lock would be missing in every clone."""
    locks = [
        str(path.relative_to(ROOT)) for folder in lock.declared_folders() for path in lock.locks_of(folder)
    ]
    tracked = subprocess.check_output(["git", "ls-files", "--", *locks], cwd=ROOT, text=True).split()
    assert sorted(locks) == sorted(tracked)


def test_compiled_packages_are_locked_for_every_platform_and_python() -> None:
    """The locks had the hashes of one platform's files for Python 3.11: nothing else could be installed."""
    pins = [
        pin
        for folder in lock.declared_folders()
        for path in lock.locks_of(folder)
        for pin in re.split(r"\n(?=[a-z0-9])", path.read_text())
        if pin.partition("==")[0] in COMPILED
    ]
    assert {pin.partition("==")[0] for pin in pins} == COMPILED
    assert [pin.partition("\n")[0] for pin in pins if pin.count("--hash=") < MIN_FILES] == []


def test_hashes_are_removed_before_a_lock_is_compiled_again() -> None:
    """uv keeps those that it finds, whatever files there are."""
    text = (ROOT / "locust" / "requirements.txt").read_text()
    pins = lock.without_hashes(text)
    assert "--hash" not in pins
    assert pins.count("==") == text.count("==")
    assert "\\" not in pins


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
