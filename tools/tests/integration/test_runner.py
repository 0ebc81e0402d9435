"""Checks in parallel: their counts, their output and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tools import check, jobs
from tools.jobs import Count, Job, Outcome, read_report, run_all
from tools.paths import ROOT
from tools.problem import Problem
from tools.servers import processes
from tools.supervisor import MARK
from tools.tests.programs import DEAF, PARENT, python

SUITE = """
import pytest
def test_good(): pass
def test_bad(): assert 0
@pytest.mark.skip(reason="not today")
def test_skipped(): pass
@pytest.fixture
def broken(): raise ValueError
def test_error(broken): pass
"""


def job(folder: Path, code: str, name: str = "job") -> Job:
    return Job(name, python(code), folder, os.environ)


def suite(folder: Path, text: str, *arguments: str) -> Job:
    """A pytest run with a report, as started by ``make test``."""
    (folder / "test_it.py").write_text(text)
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        *arguments,
    ]
    return Job("suite", command, folder, os.environ, report)


def run(folder: Path, *wanted: Job) -> list[Outcome]:
    return run_all(wanted, folder / "logs", 2)


def test_a_suite_counts_each_outcome(tmp_path: Path) -> None:
    (outcome,) = run(tmp_path, suite(tmp_path, SUITE))
    assert not outcome.is_good
    assert str(outcome.count) == "1 passed, 2 failed, 1 skipped"


def test_a_check_without_a_report_counts_as_one(tmp_path: Path) -> None:
    good, bad = run(tmp_path, job(tmp_path, ""), job(tmp_path, "raise SystemExit(3)", "bad"))
    assert (good.count, bad.count, bad.exit_code) == (Count(passed=1), Count(failed=1), 3)


def test_a_failure_without_a_failed_test_counts_as_one_more(tmp_path: Path) -> None:
    (outcome,) = run(
        tmp_path, suite(tmp_path, "def test_good(): pass", "--strict-markers", "-m", "good or bad(")
    )
    assert not outcome.is_good
    assert outcome.count == Count(failed=1)


def test_a_report_of_an_earlier_run_is_never_counted(tmp_path: Path) -> None:
    good = suite(tmp_path, "def test_good(): pass")
    run(tmp_path, good)
    broken = Job("suite", python("raise SystemExit(1)"), tmp_path, os.environ, good.report)
    (outcome,) = run(tmp_path, broken)
    assert outcome.count == Count(failed=1)


def test_a_truncated_report_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text("<testsuites><testsuite tests='3'")
    assert read_report(tmp_path / "cut.xml") == Count()


def test_a_whole_output_is_shown_in_one_piece(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "import time\nfor n in range(3): print(n, flush=True); time.sleep(0.05)"
    run(tmp_path, job(tmp_path, lines, "one"), job(tmp_path, lines, "two"))
    assert capsys.readouterr().out.count("\n0\n1\n2\n") == 2


HANGS = """
import pathlib, subprocess, time
pathlib.Path("child").write_text(str(subprocess.Popen(["sleep", "60"]).pid))
time.sleep(60)
"""
WAITS_FOR_ITS_END = """
import pathlib, time
status = pathlib.Path("/proc", pathlib.Path("child").read_text(), "stat")
while status.exists() and ") Z " not in status.read_text(): time.sleep(0.02)
"""


def test_what_a_job_that_hangs_has_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not only after the last job: a server that runs on would disturb the others."""
    monkeypatch.setattr(jobs, "TIME_LIMIT_SECONDS", 4)
    waiting = replace(job(tmp_path, WAITS_FOR_ITS_END, "waits"), after=("hangs",))
    hanging, after = run(tmp_path, job(tmp_path, HANGS, "hangs"), waiting)
    assert (hanging.exit_code, after.exit_code) == (jobs.TIMED_OUT, 0)


def test_a_job_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TIME_LIMIT_SECONDS", 0.5)
    (outcome,) = run(tmp_path, job(tmp_path, "import time; time.sleep(60)"))
    assert outcome.exit_code == jobs.TIMED_OUT
    assert outcome.seconds < 10


def test_what_a_job_leaves_behind_is_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, job(tmp_path, PARENT))
    child = next(line for line in capsys.readouterr().out.splitlines() if line.isdigit())
    assert not processes.is_alive(int(child))


def test_an_interrupt_ends_what_runs(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal, sys; from tools import jobs; from tools import supervisor\n"
        # A shell makes a background command ignore interrupts, and its child processes inherit that.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "supervisor.STOP_SECONDS = 0.5\n"
        f"job = jobs.Job('deaf', [sys.executable, '-c', {DEAF!r}], pathlib.Path('/'), os.environ)\n"
        f"jobs.run_all([job], pathlib.Path({str(tmp_path)!r}), 1)"
    )
    runner = subprocess.Popen(python(code), cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    log = tmp_path / "deaf.log"
    assert processes.wait_until(lambda: log.exists() and log.read_text() == "deaf\n", 30)
    children = processes.with_variable(MARK, f"{tmp_path}:{runner.pid}")
    runner.send_signal(signal.SIGINT)
    assert len(children) == 1
    assert runner.wait(30) != 0
    assert not processes.is_alive(children[0])


def test_a_job_starts_after_those_that_it_needs(tmp_path: Path) -> None:
    slow = job(tmp_path, "import pathlib, time; time.sleep(0.5); pathlib.Path('made').touch()", "slow")
    needing = replace(job(tmp_path, "open('made')", "needing"), after=("slow",))
    assert [outcome.is_good for outcome in run(tmp_path, slow, needing)] == [True, True]


def test_a_job_that_waits_does_not_start_after_an_interrupt(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal; from tools import jobs\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "here = pathlib.Path('/')\n"
        "slow = jobs.Job('slow', ['sleep', '60'], here, os.environ)\n"
        "later = jobs.Job('later', ['true'], here, os.environ, after=('slow',))\n"
        f"jobs.run_all([slow, later], pathlib.Path({str(tmp_path)!r}), 2)"
    )
    runner = subprocess.Popen(python(code), cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    assert processes.wait_until((tmp_path / "slow.log").exists, 30)
    runner.send_signal(signal.SIGINT)
    assert runner.wait(30) != 0
    assert not (tmp_path / "later.log").exists()


def test_the_closing_line_is_alone_and_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = run(tmp_path, job(tmp_path, ""), job(tmp_path, "raise SystemExit(3)", "bad"))
    capsys.readouterr()
    assert check.summarize([good, bad]) == 1
    assert capsys.readouterr().out == "\nFAILED: bad (exit code 3)\n1 passed, 1 failed, 0 skipped\n"
    assert check.summarize([good]) == 0


def test_no_check_is_a_failure() -> None:
    assert check.summarize([]) == 1


def test_arguments_after_the_dashes_go_to_pytest() -> None:
    assert check.parse_suites(["api", "dash", "--", "-k", "words"]) == (["api", "dash"], ["-k", "words"])
    assert check.parse_suites([]) == (list(check.SUITES), [])


def test_an_unknown_suite_is_named() -> None:
    with pytest.raises(Problem, match="no such suite: web"):
        check.parse_suites(["web"])


def test_jobs_run_in_parallel(tmp_path: Path) -> None:
    """Each job waits for the other, so they can only finish if they run in parallel."""
    meet = (
        "import pathlib, sys, time\n"
        "mine, other = map(pathlib.Path, {names!r})\n"
        "mine.touch()\n"
        "deadline = time.monotonic() + 30\n"
        "while not other.exists():\n"
        "    time.sleep(0.01)\n"
        "    assert time.monotonic() < deadline\n"
    )
    one, two = (
        job(tmp_path, meet.format(names=names), names[0]) for names in (("one", "two"), ("two", "one"))
    )
    assert [outcome.exit_code for outcome in run(tmp_path, one, two)] == [0, 0]
