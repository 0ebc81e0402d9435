"""Disk space, locks, messages, ports, process ids."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from tools.console import step
from tools.disk import require_space
from tools.file_locks import ensure_folder, exclusive
from tools.paths import ROOT
from tools.problem import Problem, guarded, last_lines, uninterrupted
from tools.servers import processes
from tools.servers.ports import PRIVATE_PORTS, free_port, is_free

try_lock = partial(exclusive, is_waiting=False)


def started(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a program and wait for its first line."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_a_full_disk_is_reported_before_the_work_begins(tmp_path: Path) -> None:
    with pytest.raises(
        Problem, match=r"PostgreSQL needs about 10,000,000,000 MB, but the disk of .* MB free"
    ):
        require_space(tmp_path / "not" / "made", 10_000_000_000, "PostgreSQL")


def test_enough_disk_space_prints_nothing(tmp_path: Path) -> None:
    require_space(tmp_path, 0, "nothing")


def test_a_lock_is_busy_while_another_holds_it(tmp_path: Path) -> None:
    with try_lock(tmp_path / "lock") as first, try_lock(tmp_path / "lock") as second:
        assert (first, second) == (True, False)
    with try_lock(tmp_path / "lock") as third:
        assert third


def test_a_lock_is_released_when_its_holder_is_killed(tmp_path: Path) -> None:
    holder = started(["flock", "--no-fork", str(tmp_path / "lock"), "sh", "-c", "echo held; exec sleep 60"])
    with try_lock(tmp_path / "lock") as is_free_yet:
        assert not is_free_yet
    holder.kill()
    holder.communicate()
    with try_lock(tmp_path / "lock") as is_free_now:
        assert is_free_now


def test_waiting_for_a_lock_ends_when_it_is_released(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with exclusive(tmp_path / "lock"):
            order.append("second")

    waiting = threading.Thread(target=second)
    with exclusive(tmp_path / "lock"):
        waiting.start()
        waiting.join(0.1)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="File exists"):
        ensure_folder(tmp_path / "file")


def fail() -> int:
    raise Problem("the reason")


def interrupt() -> int:
    raise KeyboardInterrupt


def test_a_problem_is_a_message_and_not_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(fail) == 1
    assert capsys.readouterr().err == "\nProblem: the reason\n"


def test_an_interrupt_has_its_usual_exit_code() -> None:
    assert guarded(interrupt) == 130


STARTED = """
import time
from tools.problem import guarded

def main() -> int:
    try:
        print("started", flush=True)
        time.sleep(60)
    finally:
        print("stopped", flush=True)

raise SystemExit(guarded(main))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminated_command_stops_what_it_has_started(number: signal.Signals) -> None:
    """A terminated `make load` once left its servers, the portal and the API behind."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTED], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        assert run.stdout.readline() == "started\n"
        run.send_signal(number)
        assert run.stdout.read() == "stopped\n"
    assert run.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_command_that_is_stopping_is_not_interrupted(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with uninterrupted():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_the_end_of_a_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one\ntwo\nthree\n")
    assert last_lines(tmp_path / "log", 2) == "    two\n    three"
    assert last_lines(tmp_path / "none") == "    (its log is empty)"


def test_a_quick_step_prints_no_duration(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Something"):
        pass
    assert capsys.readouterr().out == "• Something\n"


def test_a_free_port_is_private() -> None:
    port = free_port()
    assert port in PRIVATE_PORTS
    assert is_free(port)


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen(["true"])
    try:
        assert processes.wait_until(lambda: not processes.is_alive(process.pid), 30)
    finally:
        process.wait()


def test_the_process_id_of_another_program_is_not_a_server(tmp_path: Path) -> None:
    assert not processes.works_in(os.getpid(), tmp_path)
    assert processes.works_in(os.getpid(), Path.cwd())
    link = tmp_path / "link"
    link.symlink_to(Path.cwd())
    assert processes.works_in(os.getpid(), link)


def test_a_process_that_ignores_sigterm_is_killed() -> None:
    deaf = started(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"])
    processes.end([deaf.pid], grace_seconds=0.3)
    deaf.communicate()
    assert deaf.returncode == -9


def test_a_step_among_others_says_which_one_is_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.console.time.monotonic", itertools.count(step=2).__next__)
    with step("Installing a server"), step("Making an environment"):
        pass
    said = [
        "• Installing a server",
        "• Making an environment",
        "  done in 2 s",
        "• Installing a server: done in 6 s",
    ]
    assert capsys.readouterr().out.splitlines() == said
