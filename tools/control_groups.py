"""Memory limits with Linux control groups (cgroups v1 and v2), as containers use them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# Version 1 has a separate hierarchy for memory, version 2 a single one for all controllers.
ROOTS = (
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max"),
)
NO_SWAP = ("memory.swappiness", "memory.swap.max")
EVENTS = ("memory.oom_control", "memory.events")
MEMBERS = "cgroup.procs"
KILLS = "oom_kill "
BUSY_SECONDS = 5.0
JOIN = 'echo $$ > "$0" && exec "$@"'


@dataclass(frozen=True)
class ControlGroup:
    """A group that limits the total memory of its processes, including their page cache."""

    root: Path
    folder: Path

    def add(self, pid: int) -> None:
        """Move a process here. Processes that it starts from now on are members too."""
        with suppress(ProcessLookupError):
            (self.folder / MEMBERS).write_text(str(pid))

    def command(self, command: Sequence[str]) -> list[str]:
        """The command, as a member from its start: memory allocated before joining would not be counted."""
        return ["sh", "-c", JOIN, str(self.folder / MEMBERS), *command]

    def kills(self) -> int:
        """Number of processes that the kernel has killed because the limit was reached."""
        (events,) = (file.read_text() for name in EVENTS if (file := self.folder / name).exists())
        return sum(int(line.removeprefix(KILLS)) for line in events.splitlines() if line.startswith(KILLS))

    def remove(self) -> None:
        """Move the processes out and delete the group, which stays busy briefly after the last one left."""
        for pid in (self.folder / MEMBERS).read_text().split():
            with suppress(ProcessLookupError):
                (self.root / MEMBERS).write_text(pid)
        deadline = time.monotonic() + BUSY_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(0.1)


@contextmanager
def control_group(name: str, memory_mb: int) -> Iterator[ControlGroup | None]:
    """A group for the duration of the block; None unless control groups are writable, which requires root."""
    group = _make(name, memory_mb)
    try:
        yield group
    finally:
        if group:
            group.remove()


def _make(name: str, memory_mb: int) -> ControlGroup | None:
    for root, limit in ROOTS:
        # An ordinary folder would take the files, and limit nothing.
        if not (root / MEMBERS).exists():
            continue
        group = ControlGroup(root, root / name)
        try:
            group.folder.mkdir(exist_ok=True)
            (group.folder / limit).write_text(str(memory_mb * 2**20))
            for file in (group.folder / name for name in NO_SWAP):
                if file.exists():
                    file.write_text("0")
        except OSError:
            with suppress(OSError):
                group.folder.rmdir()
            continue
        return group
    return None
