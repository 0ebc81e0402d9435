"""Runs several programs together, and leaves no process behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.local_http import open_local
from tools.problem import Problem, last_lines
from tools.servers import processes

MARK = "LA311_RUN"
STOP_SECONDS = 15


class TaskError(Problem):
    """A task failed with this exit code."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Program:
    """A program; ready when ``health_url`` responds with 200. ``is_task``: it runs to completion.

    ``niceness`` is passed to ``nice``: a program with 10 gets a tenth of a core that it shares with one of 0.
    """

    name: str
    command: list[str]
    folder: Path
    health_url: str = ""
    is_task: bool = False
    niceness: int = 0


@dataclass
class Supervisor:
    """Starts programs, each in its own session and with its own log under ``logs``."""

    mark: str
    logs: Path
    environment: Mapping[str, str]
    running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = field(default_factory=dict)

    def log_of(self, program: Program) -> Path:
        return self.logs / f"{program.name}.log"

    def start(self, program: Program) -> None:
        """Start a program and return immediately."""
        self.log_of(program).unlink(missing_ok=True)
        # Appending, because the file may be emptied while the program writes to it.
        with self.log_of(program).open("ab") as log:
            process = subprocess.Popen(
                ["nice", "-n", str(program.niceness), *program.command],
                cwd=program.folder,
                env={**self.environment, MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches the supervisor alone, which then stops everything in order.
                start_new_session=True,
            )
        self.running[program.name] = (program, process)

    def wait_healthy(self, name: str, seconds: float) -> None:
        """Wait until the program responds. Raises ``Problem`` when it ends or takes too long."""
        program, _ = self.running[name]
        deadline = time.monotonic() + seconds
        while not _responds(program.health_url):
            self.check()
            if time.monotonic() > deadline:
                silence = f"{name} did not respond at {program.health_url} in {seconds:.0f} s"
                raise Problem(f"{silence}; {self._end(program)}")
            time.sleep(0.2)

    def run(self, program: Program) -> None:
        """Run a task to completion while watching the others. Raises ``TaskError`` when it fails."""
        self.start(program)
        while self.running[program.name][1].poll() is None:
            self.check()
            time.sleep(0.2)
        self.collect(program.name)

    def collect(self, name: str) -> bool:
        """Whether a task has succeeded by now. Raises ``TaskError`` when it failed."""
        program, process = self.running[name]
        code = process.poll()
        if code is None:
            return False
        del self.running[name]
        if code:
            raise TaskError(f"{name} failed with exit code {code}; {self._end(program)}", code)
        return True

    def check(self) -> None:
        """Raise ``Problem`` when a program that should be running has ended."""
        for program, process in self.running.values():
            code = process.poll()
            if code is not None and not program.is_task:
                how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
                raise Problem(f"{program.name} {how}; {self._end(program)}")

    def _end(self, program: Program) -> str:
        log = self.log_of(program)
        return f"the end of {log}:\n{last_lines(log)}"

    def stop(self) -> None:
        """Stop all programs in reverse order, and every process that they left behind."""
        for _, process in reversed(self.running.values()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for _, process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
        sweep(self.mark)
        for _, process in self.running.values():
            process.wait()
        self.running.clear()


def sweep(mark: str) -> int:
    """End every process that descends from a supervisor with this mark; returns how many."""
    left = processes.with_variable(MARK, mark)
    processes.end(left, grace_seconds=STOP_SECONDS)
    return len(left)


def _responds(url: str) -> bool:
    try:
        with open_local(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False
