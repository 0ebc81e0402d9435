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
    """Limit the memory of the processes that work in this folder until the block ends.

    The page cache of their files is dropped, so that only later reads count. Sessions started later belong to
    the server's group. Raises Problem if control groups cannot be written.
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
