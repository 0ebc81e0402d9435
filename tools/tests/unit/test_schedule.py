"""The schedule of a permanent system: systemd units, at the hours that the city declares."""

from __future__ import annotations

import configparser
import os
import pwd
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import schedule, session
from tools.paths import ROOT
from tools.problem import Problem
from tools.tests.programs import executable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder to which units are written, on a machine with systemd."""
    monkeypatch.setattr(schedule, "UNITS", tmp_path)
    monkeypatch.setattr(schedule, "_require_systemd", lambda: None)
    return tmp_path


def test_the_units_run_the_pipeline_at_the_citys_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY", "nyc")
    parsed = {}
    for name, text in schedule.units().items():
        parsed[name] = configparser.ConfigParser(interpolation=None, strict=True)
        parsed[name].optionxform = str  # type: ignore[assignment,method-assign]
        parsed[name].read_string(text)
    assert parsed["la311-ingest.timer"]["Timer"]["OnCalendar"] == "*-*-* 07:00 UTC"
    assert parsed["la311-reconcile.timer"]["Timer"]["OnCalendar"] == "Sun *-*-* 09:00 UTC"
    ingest = f"{sys.executable} -m tools.session ingest"
    assert parsed["la311-ingest.service"]["Service"]["ExecStart"] == ingest
    assert parsed["la311-reconcile.service"]["Service"]["ExecStart"] == f"{ingest} --reconcile"
    for run in ("ingest", "reconcile"):
        assert parsed[f"la311-{run}.service"]["Service"]["Nice"] == "10"
    assert parsed["la311-reconcile.service"]["Unit"]["After"] == "la311-up.service la311-ingest.service"
    assert {one["Service"]["WorkingDirectory"] for one in parsed.values() if "Service" in one} == {str(ROOT)}


def test_the_system_runs_as_the_owner_of_its_files_whoever_writes_the_units(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.getuid() == 0:
        os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
    monkeypatch.setattr(schedule, "nightly_hour", lambda: 8)
    monkeypatch.setattr(schedule, "ROOT", tmp_path)
    monkeypatch.setenv("LOGNAME", "root")
    owner = pwd.getpwuid(tmp_path.stat().st_uid).pw_name
    services = [text for name, text in schedule.units().items() if name.endswith(".service")]
    assert [f"User={owner}\n" in text for text in services] == [True] * 3


def test_on_enables_what_off_removes(folder: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = folder.parent / "calls"
    (empty_path / "sh").symlink_to("/bin/sh")
    executable(empty_path, "systemctl", f'echo "$@" >> {calls}')
    monkeypatch.setattr(session, "is_running", lambda: False)
    assert schedule.on([]) == 0
    assert {path.name for path in folder.glob("*.*")} == schedule.units().keys()
    assert schedule.off([]) == 0
    assert list(folder.glob("*.service")) == []
    enabled, disabled = (line for line in calls.read_text().splitlines() if "able " in line)
    assert enabled == "enable --now la311-up.service la311-ingest.timer la311-reconcile.timer"
    assert disabled.startswith("disable la311-up.service")


@pytest.mark.parametrize("is_active", [True, False])
def test_a_running_system_is_not_stopped_by_the_service(
    folder: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_active: bool
) -> None:
    """Its `make up` ends at once, because something runs already, and then systemd calls `make down`."""
    (empty_path / "sh").symlink_to("/bin/sh")
    executable(empty_path, "systemctl", f'test "$1" != is-active || exit {0 if is_active else 3}')
    monkeypatch.setattr(session, "is_running", lambda: True)
    if is_active:
        assert schedule.on([]) == 0
        return
    with pytest.raises(Problem, match="make down"):
        schedule.on([])
    assert list(folder.glob("*.service")) == []


def test_without_systemd_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "UNITS", tmp_path / "absent")
    with pytest.raises(Problem, match="make schedule ARGS=show"):
        schedule.on([])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_hours() -> None:
    for text in schedule.units().values():
        for line in text.splitlines():
            if line.startswith("OnCalendar="):
                when = line.partition("=")[2]
                subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for name, text in schedule.units().items():
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "la311-" not in checked.stderr, checked.stderr


def test_a_run_waits_until_the_system_is_ready(tmp_path: Path) -> None:
    """At boot the timers fire while the system still starts; the run of that night would be lost."""
    make = tmp_path / "make"
    executable(tmp_path, "make", f"test -e {tmp_path}/ready && exit 0; touch {tmp_path}/ready; exit 1")
    names = ("what", "prefix", "user", "root", "arguments", "earlier", "niceness", "python", "compiled")
    run = schedule.RUN.format(**dict.fromkeys(names, ""), make=make)
    (before,) = (line for line in run.splitlines() if line.startswith("ExecStartPre="))
    command = shlex.split(before.partition("=")[2].replace("sleep 5", "true"))
    assert subprocess.run(command, check=False, capture_output=True, timeout=30).returncode == 0
    assert (tmp_path / "ready").exists()
