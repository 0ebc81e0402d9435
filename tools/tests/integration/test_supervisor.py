"""Programs that end, hang or leave child processes, under one supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools import log_files
from tools import supervisor as module
from tools.problem import Problem
from tools.servers import processes
from tools.supervisor import Program, Supervisor, sweep
from tools.tests.programs import DEAF, PARENT, answering, python, task

LEAST_URGENT = 19
WRITING = """
import signal
signal.signal(signal.SIGUSR1, lambda *_: print("second", flush=True))
print("first line", flush=True)
while True: signal.pause()
"""


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(module, "STOP_SECONDS", 1)
    supervisor = Supervisor(str(tmp_path), tmp_path, os.environ)
    yield supervisor
    supervisor.stop()
    assert processes.with_variable(module.MARK, str(tmp_path)) == []


def said(supervisor: Supervisor, program: Program) -> str:
    """The first line of the program's log, once there is one."""
    log = supervisor.log_of(program)
    assert processes.wait_until(lambda: log.read_text().endswith("\n"), 30)
    return log.read_text().strip()


def pid_of(supervisor: Supervisor, program: Program) -> int:
    return supervisor.running[program.name][1].pid


def test_a_program_is_healthy_once_it_responds(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(answering(tmp_path))
    supervisor.wait_healthy("answering", 30)
    supervisor.check()
    assert said(supervisor, answering(tmp_path)) == "serving"


def test_its_health_is_checked_without_the_proxy(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    # It keeps the proxies of its first request.
    monkeypatch.setattr(urllib.request, "_opener", None)
    supervisor.start(answering(tmp_path))
    supervisor.wait_healthy("answering", 30)


def test_an_error_status_is_not_healthy(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(answering(tmp_path, status=503))
    with pytest.raises(Problem, match=r"answering did not respond at http://\S+/health in 1 s; the end"):
        supervisor.wait_healthy("answering", 1)


def test_a_program_that_ends_while_starting_shows_the_end_of_its_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    dying = Program("dying", python("raise SystemExit('no such table')"), tmp_path, "http://127.0.0.1:1/")
    supervisor.start(dying)
    with pytest.raises(Problem, match=r"dying ended with exit code 1; the end of .*\n    no such table"):
        supervisor.wait_healthy("dying", 30)


def test_a_long_log_begins_again_while_its_program_writes(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "LIMIT_BYTES", 10)
    program = Program("writing", python(WRITING), tmp_path)
    log = supervisor.log_of(program)
    supervisor.start(program)
    assert said(supervisor, program) == "first line"
    log_files.bound(log)
    assert (log.read_text(), log_files.previous(log).read_text()) == ("", "first line\n")
    os.kill(pid_of(supervisor, program), signal.SIGUSR1)
    assert said(supervisor, program) == "second"
    log_files.bound(log)
    assert log.read_text() == "second\n"


def test_a_program_that_is_killed_later_is_noticed(supervisor: Supervisor, tmp_path: Path) -> None:
    program = answering(tmp_path)
    supervisor.start(program)
    supervisor.wait_healthy(program.name, 30)
    os.kill(pid_of(supervisor, program), signal.SIGKILL)
    supervisor.running[program.name][1].wait()
    with pytest.raises(Problem, match="answering was ended by signal 9"):
        supervisor.check()


def test_a_task_may_end(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.run(task(tmp_path, "print('done')"))
    supervisor.check()
    assert (tmp_path / "task.log").read_text() == "done\n"


def test_a_program_may_yield_to_others(supervisor: Supervisor, tmp_path: Path) -> None:
    usual = task(tmp_path, "import os; print(os.nice(0))")
    supervisor.run(usual)
    before = int(said(supervisor, usual))
    if before > LEAST_URGENT - 5:
        pytest.skip(f"these tests run with a niceness of {before}")
    supervisor.run(replace(usual, niceness=5))
    assert int(said(supervisor, usual)) == before + 5


def test_a_task_that_fails_is_a_problem(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"task failed with exit code 10; .*(.|\n)*the portal is away"):
        supervisor.run(task(tmp_path, "print('the portal is away'); raise SystemExit(10)"))


def test_a_task_in_the_background_is_collected_when_it_has_ended(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(task(tmp_path, "input()"))
    assert processes.wait_until(lambda: supervisor.running["task"][1].poll() is not None, 30)
    with pytest.raises(Problem, match=r"task failed with exit code 1;(.|\n)*EOFError"):
        supervisor.collect("task")
    supervisor.start(task(tmp_path, "import time; time.sleep(0.3)"))
    assert not supervisor.collect("task")
    assert processes.wait_until(lambda: supervisor.collect("task"), 10)


def test_a_program_that_ignores_sigterm_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    deaf = Program("deaf", python(DEAF), tmp_path)
    supervisor.start(deaf)
    assert said(supervisor, deaf) == "deaf"
    pid = pid_of(supervisor, deaf)
    started = time.monotonic()
    supervisor.stop()
    assert not processes.is_alive(pid)
    assert time.monotonic() - started < 10


def test_orphaned_children_are_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    parent = task(tmp_path, PARENT)
    supervisor.run(parent)
    child = int(said(supervisor, parent))
    assert processes.is_alive(child)
    supervisor.stop()
    assert not processes.is_alive(child)


def test_a_sweep_ends_what_a_killed_supervisor_left(tmp_path: Path) -> None:
    left = subprocess.Popen(["sleep", "62"], env={**os.environ, module.MARK: str(tmp_path)})
    try:
        other = subprocess.Popen(["sleep", "63"], env={**os.environ, module.MARK: f"{tmp_path}-other"})
        assert sweep(str(tmp_path)) == 1
        assert not processes.is_alive(left.pid)
        assert processes.is_alive(other.pid)
    finally:
        for process in (left, other):
            process.kill()
            process.wait()
