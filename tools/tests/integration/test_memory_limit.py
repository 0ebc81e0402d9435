"""The database of a benchmark in a control group: it gets no more memory than a machine of that size has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.bench import memory

is_writable = any(os.access(root, os.W_OK) and (root / limit).exists() for root, limit in memory.LIMITS)
needs_groups = pytest.mark.skipif(not is_writable, reason="control groups for memory are not writable here")


@needs_groups
def test_processes_of_the_folder_are_held_and_let_go(tmp_path: Path) -> None:
    home = Path.cwd()
    os.chdir(tmp_path)
    try:
        with memory.limited(tmp_path, 2_048):
            assert memory.NAME in Path("/proc/self/cgroup").read_text()
    finally:
        os.chdir(home)
    assert memory.NAME not in Path("/proc/self/cgroup").read_text()
    assert not any((root / memory.NAME).exists() for root, _ in memory.LIMITS)
