"""Limits on memory by control groups of Linux, as a container has them; version 1 and version 2."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# Version 1 has a folder of its own for memory, version 2 one for everything.
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
    """A group whose processes together get no more memory than its limit, their page cache included."""

    root: Path
    folder: Path

    def add(self, pid: int) -> None:
        """Move a process here. What it starts from now on is a member, too."""
        with suppress(ProcessLookupError):
            (self.folder / MEMBERS).write_text(str(pid))

    def command(self, command: Sequence[str]) -> list[str]:
        """The command as a member from its start: memory that was allocated before is not counted."""
        return ["sh", "-c", JOIN, str(self.folder / MEMBERS), *command]

    def kills(self) -> int:
        """Processes that the kernel has ended because the limit was reached."""
        (events,) = (file.read_text() for name in EVENTS if (file := self.folder / name).exists())
        return sum(int(line.removeprefix(KILLS)) for line in events.splitlines() if line.startswith(KILLS))

    def remove(self) -> None:
        """Let the processes go on without a limit; a group is busy for a moment after its last one left."""
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
    """A group while the block runs; None where groups cannot be written: that takes root."""
    group = _make(name, memory_mb)
    try:
        yield group
    finally:
        if group:
            group.remove()


def _make(name: str, memory_mb: int) -> ControlGroup | None:
    for root, limit in ROOTS:
        group = ControlGroup(root, root / name)
        try:
            group.folder.mkdir(exist_ok=True)
            (group.folder / limit).write_text(str(memory_mb * 2**20))
            for file in (group.folder / name for name in NO_SWAP):
                if file.exists():
                    file.write_text("0")
        except OSError:
            continue
        return group
    return None
