"""The processes of this machine, from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def is_alive(pid: int) -> bool:
    """Whether the process is running; a zombie is not."""
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state not in {"Z", "X"}


def works_in(pid: int, folder: Path) -> bool:
    """Whether a running process has this working directory, as a server has its data folder.

    A process id alone is not enough: after a crash or a reboot it may belong to another program.
    """
    try:
        return is_alive(pid) and (PROC / str(pid) / "cwd").readlink() == folder.resolve()
    except OSError:
        return False


def working_in(folder: Path) -> list[int]:
    """Every running process with this working directory."""
    return [pid for pid in _processes() if works_in(pid, folder)]


def with_variable(name: str, value: str) -> list[int]:
    """Every other running process that was started with this environment variable."""
    wanted = f"{name}={value}".encode()
    return [pid for pid in _processes() if pid != os.getpid() and wanted in _environment(pid)]


def _environment(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0") if is_alive(pid) else []
    except OSError:
        return []


def wait_until(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Poll until the condition is true; returns whether that was in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)
    return True


def end(pids: Iterable[int], grace_seconds: float = 10) -> None:
    """Terminate processes, then kill those that remain; returns when they have ended."""
    wanted = list(pids)
    for chosen in (signal.SIGTERM, signal.SIGKILL):
        for pid in filter(is_alive, wanted):
            _signal(pid, chosen)
        if wait_until(lambda: not any(map(is_alive, wanted)), grace_seconds):
            return


def _signal(pid: int, chosen: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, chosen)
