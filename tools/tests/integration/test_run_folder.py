"""The folder of a test run, and what is left of runs that were killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import test_environment, test_folder
from tools.problem import Problem
from tools.servers import processes
from tools.servers.instance import Instance
from tools.test_folder import folder_of, remove_abandoned, run_folder

NEVER_A_PROCESS = 2**22 + 1
MORE_THAN_ANY_MACHINE_HAS = 2**60


@pytest.fixture
def memory(tmp_path: Path, servers_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stands for the folder of files in memory; the other one is ``tmp_path / "disk"``."""
    found = tmp_path / "memory"
    found.mkdir()
    monkeypatch.setattr(test_folder, "MEMORY", found)
    monkeypatch.setattr(test_folder, "ON_DISK", tmp_path / "disk")
    monkeypatch.setattr(test_folder, "NEEDED_BYTES", 1)
    folder_of.cache_clear()
    yield found
    folder_of.cache_clear()


def test_a_run_is_in_memory_and_leaves_nothing(memory: Path) -> None:
    with run_folder() as folder:
        (folder / "file").touch()
        assert folder.parent == memory
        assert folder_of(os.getpid()) == folder
    assert list(memory.iterdir()) == []


def test_without_room_in_memory_a_run_is_on_disk(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_folder, "NEEDED_BYTES", MORE_THAN_ANY_MACHINE_HAS)
    with run_folder() as folder:
        assert folder.parent == test_folder.ON_DISK


def test_a_folder_of_somebody_else_is_not_used(memory: Path) -> None:
    (memory / f"311-test-{os.getpid()}").symlink_to("/")
    with pytest.raises(Problem, match="is in the way"), run_folder():
        pass


def test_what_killed_runs_left_is_removed(memory: Path) -> None:
    killed = [parent / f"311-test-{NEVER_A_PROCESS}" for parent in (memory, test_folder.ON_DISK)]
    kept = [memory / f"311-test-{os.getpid()}", memory / "311-test-notes", test_folder.ON_DISK / "reports"]
    for folder in (*killed, *kept):
        (folder / "tmp").mkdir(parents=True)
    servers, loaded, mine = (
        Instance("servers", parent=killed[0]),
        Instance(f"load-{NEVER_A_PROCESS}"),
        Instance("mine"),
    )
    for instance in (servers, loaded, mine):
        instance.start(postgres=False)
    running = servers.redis.pid()
    try:
        remove_abandoned()
        assert not processes.is_alive(running or os.getpid())
        assert (loaded.exists(), mine.exists()) == (False, True)
        assert [folder.exists() for folder in (*killed, *kept)] == [False, False, True, True, True]
    finally:
        mine.remove()


def test_only_suites_have_temporary_files_in_the_folder_of_the_run(memory: Path) -> None:
    """A benchmark's servers are kept, and have no such folder next to them."""
    suite, kept = Instance("servers", parent=memory), Instance("bench")
    for instance in (suite, kept):
        instance.start(postgres=False)
        instance.stop()
    assert test_environment.suite_environment("api", suite, "api")["TMPDIR"] == str(memory / "tmp")
    assert "TMPDIR" not in test_environment.test_variables(kept, "api")
