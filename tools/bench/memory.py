"""A limit on the memory of the database, with its share of the page cache."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.control_groups import control_group
from tools.problem import Problem
from tools.servers.processes import working_in

NAME = "311-bench"
DROP_CACHES = Path("/proc/sys/vm/drop_caches")


@contextmanager
def limited(folder: Path, memory_mb: int) -> Iterator[None]:
    """Hold the processes that work in this folder to so much memory until the block ends.

    What the page cache already has of their files is dropped: only what they read from now on counts.
    Sessions that are started later are in the group of the server. Raises Problem where control groups
    cannot be written.
    """
    with control_group(NAME, memory_mb) as group:
        if group is None:
            raise Problem("the memory of the database cannot be limited: control groups are not writable.")
        os.sync()
        with suppress(OSError):
            DROP_CACHES.write_text("3")
        for pid in working_in(folder):
            group.add(pid)
        yield
