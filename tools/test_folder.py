"""The folder of a test run: its servers and its temporary files, in memory if there is room.

A run creates and deletes hundreds of databases of 800 files each. On disk, that can take much of its time:
before ext4 without a journal creates a file, it examines every inode deleted in the last few minutes,
and creating a database takes 0.5 s instead of 0.08 s.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tools.paths import LOCAL
from tools.problem import Problem
from tools.servers import processes
from tools.servers.instance import instances
from tools.servers.postgres import SHARED_MEMORY

# All users may write there, so the owner of its folders is checked.
MEMORY = SHARED_MEMORY
MEMINFO = Path("/proc/meminfo")
ON_DISK = LOCAL / "test"
NEEDED_BYTES = 4_000_000_000
"""Four times the space that all suites together use at the same time."""
NAME = "311-test-{}"
OF_A_RUN = re.compile(NAME.format(r"(\d+)"))
WITH_SERVERS = re.compile(r"(?:attack|load|test)-(\d+)")


@cache
def folder_of(run: int) -> Path:
    """The folder of the test run with this process id; the same until the process ends."""
    parent = MEMORY if _has_room() else ON_DISK
    return parent / NAME.format(run)


@contextmanager
def run_folder() -> Iterator[Path]:
    """The folder of this run, new and empty; removed afterwards."""
    remove_abandoned()
    folder = folder_of(os.getpid())
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        # As root, Postgres runs as another user, which must be able to reach its files in this folder.
        folder.mkdir(mode=0o711)
    except FileExistsError as error:
        raise Problem(f"{folder} is in the way; remove it.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned() -> None:
    """Remove the servers and files of this user's test runs, load runs and attacks that were killed."""
    for instance in instances():
        run = WITH_SERVERS.fullmatch(instance.name)
        if run and not processes.is_alive(int(run[1])):
            instance.remove()
    for folder in (*MEMORY.glob(NAME.format("*")), *ON_DISK.glob(NAME.format("*"))):
        run = OF_A_RUN.fullmatch(folder.name)
        if run and folder.stat().st_uid == os.geteuid() and not processes.is_alive(int(run[1])):
            for instance in instances(folder):
                instance.remove()
            shutil.rmtree(folder, ignore_errors=True)


def _has_room() -> bool:
    """Whether enough memory is available and /dev/shm may use it. Containers often limit it to 64 MB."""
    return MEMORY.is_dir() and min(shutil.disk_usage(MEMORY).free, _available_bytes()) >= NEEDED_BYTES


def _available_bytes() -> int:
    found = re.search(r"^MemAvailable: +(\d+) kB$", MEMINFO.read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
