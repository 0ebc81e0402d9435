"""Checks that run beside each other, each with its output in one piece."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools.console import say
from tools.locks import ensure_folder
from tools.supervisor import MARK, sweep

TIME_LIMIT_SECONDS = 30 * 60
TIMED_OUT = 124
GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class Job:
    """One command. ``report`` is where it leaves JUnit results, when it is a test suite."""

    name: str
    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    report: Path | None = None


@dataclass(frozen=True)
class Count:
    """Outcomes; a check without a report counts as one."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    job: Job
    exit_code: int
    seconds: float
    left_behind: int

    @property
    def is_good(self) -> bool:
        return self.exit_code == 0

    @property
    def count(self) -> Count:
        """The suite's own figures. A failure that no test shows, such as coverage, counts as one more."""
        if self.job.report is None:
            return Count(passed=int(self.is_good), failed=int(not self.is_good))
        counted = read_report(self.job.report)
        if self.is_good or counted.failed:
            return counted
        return counted + Count(failed=1)


def read_report(report: Path) -> Count:
    """Count a JUnit file; a missing or cut one counts nothing."""
    try:
        suites = list(ET.parse(report).iter("testsuite"))  # noqa: S314 - pytest wrote it a moment ago
    except (OSError, ET.ParseError):
        return Count()
    total = Count()
    for suite in suites:
        tests, failures, errors, skipped = (
            int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")
        )
        total += Count(max(0, tests - failures - errors - skipped), failures + errors, skipped)
    return total


@dataclass
class Runner:
    """Runs jobs, at most ``at_once`` beside each other; their logs lie in ``logs``."""

    logs: Path
    at_once: int
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _printing: threading.Lock = field(default_factory=threading.Lock)

    def run(self, jobs: Iterable[Job]) -> list[Outcome]:
        """Run all, in this order where they wait for each other; an interrupt ends what runs."""
        ensure_folder(self.logs)
        pool = ThreadPoolExecutor(self.at_once)
        futures = [pool.submit(self._run_one, job) for job in jobs]
        try:
            return [future.result() for future in futures]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            self._end_all()
            pool.shutdown(wait=True)

    def _run_one(self, job: Job) -> Outcome:
        if job.report:
            job.report.unlink(missing_ok=True)
        say(f"• {job.name} …")
        started = time.monotonic()
        mark = f"{self.logs}:{job.name}"
        log = self.logs / f"{job.name.replace(' ', '-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                job.command,
                cwd=job.folder,
                env={**job.environment, MARK: mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running[job.name] = process
            exit_code = self._wait(process)
        outcome = Outcome(job, exit_code, time.monotonic() - started, sweep(mark))
        self._show(outcome, log)
        return outcome

    @staticmethod
    def _wait(process: subprocess.Popen[bytes]) -> int:
        try:
            return process.wait(TIME_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            _end_group(process)
            return TIMED_OUT

    def _show(self, outcome: Outcome, log: Path) -> None:
        how = "passed" if outcome.is_good else f"FAILED (exit code {outcome.exit_code})"
        with self._printing:
            say(f"\n──── {outcome.job.name}: {how} in {outcome.seconds:.0f} s")
            say(log.read_text(errors="replace").rstrip())
            if outcome.left_behind:
                say(f"(ended {outcome.left_behind} processes that it left behind)")

    def _end_all(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
