"""A limit on the memory of the database, with its share of the page cache, by a control group of Linux."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.problem import Problem
from tools.servers.processes import working_in

NAME = "311-bench"
# Version 1 has a folder of its own for memory, version 2 one for everything.
LIMITS = (
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max"),
)
DROP_CACHES = Path("/proc/sys/vm/drop_caches")


@contextmanager
def limited(folder: Path, memory_mb: int) -> Iterator[None]:
    """Hold the processes that work in this folder to so much memory until the block ends.

    What the page cache already has of their files is dropped: only what they read from now on counts.
    Raises Problem where control groups cannot be written: it takes root, and a kernel with them.
    """
    root, group = _make(memory_mb)
    try:
        os.sync()
        with suppress(OSError):
            DROP_CACHES.write_text("3")
        _move(folder, group)
        yield
    finally:
        _move(folder, root)
        _remove(group)


def _make(memory_mb: int) -> tuple[Path, Path]:
    for root, limit in LIMITS:
        group = root / NAME
        try:
            group.mkdir(exist_ok=True)
            (group / limit).write_text(str(memory_mb * 2**20))
        except OSError:
            continue
        return root, group
    raise Problem("the memory of the database cannot be limited here: control groups are not writable.")


def _move(folder: Path, group: Path) -> None:
    """Sessions that are started later are in the group of the server."""
    for pid in working_in(folder):
        with suppress(ProcessLookupError):
            (group / "cgroup.procs").write_text(str(pid))


def _remove(group: Path) -> None:
    """A group is busy for a moment after its last process has left."""
    for _ in range(50):
        with suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)
