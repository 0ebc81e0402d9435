"""Runs checks in parallel, prints the output of each in one piece, and counts the results."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from tools.console import say
from tools.file_locks import ensure_folder
from tools.supervisor import MARK, sweep

# For a suite that hangs in spite of the limit per test; a machine busy with other work takes an hour for one.
TIME_LIMIT_SECONDS = 3 * 3600
TIMED_OUT = 124


@dataclass(frozen=True)
class Job:
    """One command. ``report`` is where a test suite leaves its JUnit results.

    It starts once the jobs named in ``after`` have ended, which must be earlier ones.
    """

    name: str
    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    report: Path | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Count:
    """How many tests passed, failed and were skipped; a check without a report counts as one."""

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

    @property
    def is_good(self) -> bool:
        return self.exit_code == 0

    @property
    def count(self) -> Count:
        """The suite's own counts. A failure outside of tests, such as low coverage, counts as one more."""
        counted = read_report(self.job.report) if self.job.report else Count(passed=int(self.is_good))
        return counted if self.is_good or counted.failed else counted + Count(failed=1)


def read_report(report: Path) -> Count:
    """Count a JUnit file; a missing or truncated file counts as nothing."""
    try:
        suites = list(ET.parse(report).iter("testsuite"))  # noqa: S314 - pytest wrote it a moment ago
    except (OSError, ET.ParseError):
        return Count()
    return sum((_count(suite.attrib) for suite in suites), Count())


def _count(suite: Mapping[str, str]) -> Count:
    tests, failures, errors, skipped = (
        int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")
    )
    return Count(max(0, tests - failures - errors - skipped), failures + errors, skipped)


def run_all(jobs: Iterable[Job], logs: Path, workers: int) -> list[Outcome]:
    """Run the jobs, ``workers`` at a time, with their logs in ``logs``; an interrupt ends running ones."""
    pool, mark, is_over = ThreadPoolExecutor(workers), f"{logs}:{os.getpid()}", Event()
    started: list[tuple[Job, Future[Outcome]]] = []
    try:
        for job in jobs:
            earlier = [outcome for before, outcome in started if before.name in job.after]
            one = partial(_run, ensure_folder(logs), mark, job)
            started.append((job, pool.submit(_run_after, earlier, is_over, one)))
        return [outcome.result() for _, outcome in started]
    finally:
        is_over.set()
        pool.shutdown(wait=False, cancel_futures=True)
        sweep(mark)


def _run_after(earlier: list[Future[Outcome]], is_over: Event, run: Callable[[], Outcome]) -> Outcome:
    wait(earlier)
    if is_over.is_set():
        raise CancelledError
    return run()


def _run(logs: Path, mark: str, job: Job) -> Outcome:
    if job.report:
        job.report.unlink(missing_ok=True)
    say(f"• {job.name} …")
    started, log = time.monotonic(), logs / f"{job.name.replace(' ', '-')}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            job.command,
            cwd=job.folder,
            env=dict(job.environment) | {MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            exit_code = process.wait(TIME_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            # With its servers and browsers: it leads a session of its own.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            exit_code = TIMED_OUT
    outcome = Outcome(job, exit_code, time.monotonic() - started)
    how = "passed" if outcome.is_good else f"FAILED (exit code {exit_code})"
    # One call, so that no other job's output comes between.
    say(f"\n──── {job.name}: {how} in {outcome.seconds:.0f} s\n{log.read_text(errors='replace').rstrip()}")
    return outcome
