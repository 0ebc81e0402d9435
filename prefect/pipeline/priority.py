"""The database sessions of a run with lower priority have its priority too, if they run on this machine."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.database import Connection

PROCESSES = Path("/proc")


def share_priority(connection: Connection) -> None:
    """Give the connection's server process the niceness of this one, as ``make up`` starts it.

    Without it, a run in the background would leave most of its work to server processes that take the same
    share of the cores as those of the users. Parallel workers would not inherit it, so there are none.
    Nothing changes with the usual priority, with a server elsewhere, or with one of another system user.
    """
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    if niceness <= 0 or not _is_here(connection):
        return
    with suppress(PermissionError, ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, connection.info.backend_pid, niceness)
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.execute("SET max_parallel_maintenance_workers = 0")


def _is_here(connection: Connection) -> bool:
    """Whether the server's process id belongs to such a process of this machine, and not to any other."""
    try:
        title = (PROCESSES / str(connection.info.backend_pid) / "cmdline").read_text(errors="replace")
    except OSError:
        return False
    return title.startswith(f"postgres: {connection.info.user} {connection.info.dbname} ")
