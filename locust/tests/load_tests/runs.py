"""Locust as a process with an exit code and output; several can run in parallel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

FOLDER = Path(__file__).parents[2]
LIMIT_SECONDS = 300
SETTLE_SECONDS = 1.5


@dataclass(frozen=True)
class Run:
    exit_code: int
    output: str


@dataclass(frozen=True)
class Started:
    """A running process; ``finish`` waits for its end."""

    process: subprocess.Popen[bytes]
    file: IO[bytes]

    def finish(self) -> Run:
        exit_code = self.process.wait(LIMIT_SECONDS)
        self.file.seek(0)
        return Run(exit_code, self.file.read().decode())

    def stop_when(self, is_enough: Callable[[], bool]) -> None:
        """Let it run until the condition holds, then end it like Ctrl-C; ``finish`` returns its verdict."""
        while self.process.poll() is None and not is_enough():
            time.sleep(0.1)
        # The last responses are still on their way.
        time.sleep(SETTLE_SECONDS)
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Terminate it and the processes that it started, and give them time to end."""
        # The whole group: a shell between make and its command would not pass the signal on.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(LIMIT_SECONDS)
        deadline = time.monotonic() + LIMIT_SECONDS
        while _is_group_alive(self.process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.file.close()


def _is_group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def start(command: list[str], folder: Path = FOLDER) -> Started:
    """Start a command; its output is kept for ``finish``."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # `kill` closes it
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        # A shell in the background starts its programs with SIGINT ignored, and `stop_when` needs it.
        ["env", "--default-signal=INT", *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=file,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return Started(process, file)


def locust(*arguments: str) -> Started:
    """Start Locust on our locustfile."""
    return start([sys.executable, "-m", "locust", *arguments])


def load(url: str, *arguments: str, users: int = 4) -> Started:
    """A run against a site; ``stop_when`` ends it."""
    return locust("--host", url, "-u", str(users), "-r", str(users), "-t", f"{LIMIT_SECONDS}s", *arguments)
