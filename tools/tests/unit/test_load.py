"""The options of ``make load``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.load import size as sizes
from tools.load import users
from tools.load.size import SMOKE, Size, parse, size_of
from tools.paths import ROOT
from tools.plan import Plan
from tools.problem import Problem
from tools.supervisor import Program, Supervisor


def size(*arguments: str) -> Size:
    return size_of(parse(list(arguments))[0])


def test_default_size() -> None:
    usual = size()
    assert (usual.rows, usual.visitors, usual.changed) == (1_000_000, 200, 50_000)
    assert usual.users == 221


def test_given_values_replace_the_defaults() -> None:
    assert size("--visitors", "50", "--seconds", "30") == Size(visitors=50, seconds=30)


def test_smoke_is_small_and_can_be_changed_too() -> None:
    assert size("--smoke") == SMOKE
    assert size("--smoke", "--rows", "100").rows == 100


def test_a_kept_city_is_chosen_explicitly() -> None:
    assert not size().has_bench_city
    assert size("--smoke", "--bench-city").has_bench_city


def test_other_arguments_are_passed_to_locust() -> None:
    chosen, rest = parse(["--visitors", "5", "-t", "10s", "MapVisitor", "--ui"])
    assert (chosen.visitors, rest) == (5, ["-t", "10s", "MapVisitor", "--ui"])


def test_reports_of_a_run_can_be_moved(tmp_path: Path) -> None:
    command = users.locust_command("http://127.0.0.1:1", tmp_path, ["--html", "elsewhere.html"])
    assert str(tmp_path / "report.html") in command
    assert command[-2:] == ["--html", "elsewhere.html"]


def test_smoke_does_not_overwrite_other_reports() -> None:
    assert SMOKE.folder != Size().folder


def test_end_of_the_log_is_the_table_and_the_verdict(tmp_path: Path) -> None:
    log = tmp_path / "locust.log"
    log.write_text("noise\n\ngroup  requests\nmap 1\n\nverdict: fine\nmore noise\n")
    assert users._verdict_of(log) == "\ngroup  requests\nmap 1\n\nverdict: fine"


def test_run_without_verdict_shows_everything(tmp_path: Path) -> None:
    log = tmp_path / "locust.log"
    log.write_text("Traceback: no such user\n")
    assert users._verdict_of(log) == "Traceback: no such user\n"


LOSES_THE_FIRST = """
import signal, sys
def second(*_): sys.exit(7)
def first(*_): signal.signal(signal.SIGINT, second)
signal.signal(signal.SIGINT, first)
print("ready", flush=True)
while True: signal.pause()
"""


def test_locust_is_interrupted_again_when_it_goes_on() -> None:
    with subprocess.Popen([sys.executable, "-c", LOSES_THE_FIRST], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert users.interrupt(process, timeout_seconds=0.5) == 7


def test_a_soak_lasts_twenty_minutes_unless_chosen_otherwise() -> None:
    assert size("--soak").seconds == 1_200
    assert size("--soak", "--seconds", "180") == Size(visitors=50, seconds=180, is_soak=True)
    assert not size().is_soak


def test_the_dashboard_is_drawn_when_asked_for() -> None:
    assert size("--picture").is_pictured
    assert not size().is_pictured


def test_a_soak_keeps_its_table_when_the_load_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> int:
        raise Problem("Locust did not end")

    monkeypatch.setattr(sizes, "FOLDER", tmp_path)
    monkeypatch.setattr(users, "under_load", fail)
    supervisor = Supervisor("", tmp_path, {})
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        supervisor.running["api"] = (Program("api", [], tmp_path), process)
        with pytest.raises(Problem):
            users.soaked(supervisor, Plan({}, "", has_portal=True), Size(is_soak=True), [])
        process.communicate(b"\n")
    assert (tmp_path / "soak.txt").read_text().startswith("process")


IN_THE_BACKGROUND = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.argv = ["load", "--help"]
try:
    runpy.run_module("tools.load", run_name="__main__")
except SystemExit:
    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


def test_locust_can_be_interrupted_when_make_runs_in_the_background() -> None:
    command = [sys.executable, "-c", IN_THE_BACKGROUND]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"
