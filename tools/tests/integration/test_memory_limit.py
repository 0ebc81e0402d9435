"""Memory limits: a benchmark's database and the attacked programs get no more than they should."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import control_groups
from tools.bench import memory
from tools.control_groups import ROOTS, control_group

is_writable = any(os.access(root, os.W_OK) and (root / limit).exists() for root, limit in ROOTS)
pytestmark = pytest.mark.skipif(not is_writable, reason="control groups for memory are not writable here")
NAME = f"311-test-{os.getpid()}"
TOO_MUCH = "bytearray(200_000_000)"


def test_processes_of_the_folder_are_held_and_let_go(tmp_path: Path) -> None:
    home = Path.cwd()
    os.chdir(tmp_path)
    try:
        with memory.limited(tmp_path, 2_048):
            assert memory.NAME in Path("/proc/self/cgroup").read_text()
    finally:
        os.chdir(home)
    assert memory.NAME not in Path("/proc/self/cgroup").read_text()
    assert not any((root / memory.NAME).exists() for root, _ in ROOTS)


def test_an_ordinary_folder_is_no_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_groups, "ROOTS", [(tmp_path, "memory.max")])
    with control_group(NAME, 100) as group:
        assert group is None
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_needs_more_is_ended_and_counted() -> None:
    with control_group(NAME, 100) as group:
        assert group
        within = subprocess.run(group.command([sys.executable, "-c", "bytearray(20_000_000)"]), check=False)
        assert (within.returncode, group.kills()) == (0, 0)
        beyond = subprocess.run(group.command([sys.executable, "-c", TOO_MUCH]), check=False)
        assert (beyond.returncode, group.kills()) == (-9, 1)
    assert not group.folder.exists()
