"""Locust as people run it: processes with exit codes and output, several beside each other."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

FOLDER = Path(__file__).parents[2]
LIMIT_SECONDS = 300


@dataclass(frozen=True)
class Run:
    exit_code: int
    output: str


@dataclass(frozen=True)
class Started:
    """A process under way; ``finish`` waits for its end."""

    process: subprocess.Popen[bytes]
    file: IO[bytes]

    def finish(self) -> Run:
        exit_code = self.process.wait(LIMIT_SECONDS)
        self.file.seek(0)
        return Run(exit_code, self.file.read().decode())

    def kill(self) -> None:
        """End it, and leave it time to end what it started."""
        self.process.terminate()
        self.process.wait(LIMIT_SECONDS)
        self.file.close()


def start(command: list[str], folder: Path = FOLDER) -> Started:
    """Start a command; its output is kept for ``finish``."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # `kill` closes it
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
    )
    return Started(process, file)


def locust(*arguments: str) -> Started:
    """Start Locust on our locustfile."""
    return start([sys.executable, "-m", "locust", *arguments])


def load(url: str, *arguments: str, users: int = 4, seconds: int = 3) -> Started:
    """A short run against a site."""
    return locust("--host", url, "-u", str(users), "-r", str(users), "-t", f"{seconds}s", *arguments)
