"""The order of a start, and the role of the data's age, with small programs in place of the services."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from tools import log_files, settings, up
from tools.migrate import migrate
from tools.plan import Plan
from tools.problem import Problem
from tools.servers import processes
from tools.servers.instance import Instance
from tools.supervisor import Program, Supervisor
from tools.tests.programs import answering, python

RUNS = """
INSERT INTO load_runs (mode, status, started_at, finished_at)
SELECT 'incremental', status, now() - age, CASE status WHEN 'running' THEN NULL ELSE now() - age END
  FROM (VALUES ('failed', interval '0'), ('succeeded', '30 hours'), ('partial', '5 hours'), ('running', '0'))
    AS run (status, age);
"""


@dataclass(frozen=True)
class SmallPlan(Plan):
    """The same parts, each a program that only responds; the ingest run is one line of Python."""

    folder: Path = field(kw_only=True)
    flow_code: str = field(kw_only=True, default="print('loaded')")

    def _named(self, name: str) -> Program:
        small = answering(self.folder)
        return Program(name, small.command, small.folder, small.health_url)

    def portal(self) -> Program:
        return self._named("portal")

    def api(self) -> Program:
        return self._named("api")

    def reports(self) -> Program:
        return self._named("reports")

    def ingest(self) -> Program:
        return Program("flow", python(self.flow_code), self.folder, is_task=True)


def small_plan(folder: Path, flow_code: str = "print('loaded')") -> SmallPlan:
    return SmallPlan(settings.PORTS, "la311", has_portal=True, folder=folder, flow_code=flow_code)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(str(tmp_path), tmp_path, os.environ)
    yield supervisor
    supervisor.stop()


def start(
    supervisor: Supervisor, plan: SmallPlan, monkeypatch: pytest.MonkeyPatch, *, hours: int | None
) -> None:
    """Start the system with data of this age."""
    monkeypatch.setattr(up, "hours_since_last_load", lambda instance, database: hours)
    up.start_all(supervisor, Instance("unused"), plan)


def test_the_first_start_loads_data(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(supervisor, small_plan(tmp_path), monkeypatch, hours=None)
    assert (tmp_path / "flow.log").read_text() == "loaded\n"
    assert list(supervisor.running) == ["portal", "api", "reports"]


def test_a_failed_first_load_ends_the_start(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = small_plan(tmp_path, "raise SystemExit('the portal is away')")
    with pytest.raises(Problem, match=r"flow failed with exit code 1;(.|\n)*the portal is away"):
        start(supervisor, plan, monkeypatch, hours=None)


def test_fresh_data_is_not_loaded_again(
    supervisor: Supervisor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    start(supervisor, small_plan(tmp_path), monkeypatch, hours=3)
    assert "The data is 3 hours old; `make ingest`" in capsys.readouterr().out
    assert not (tmp_path / "flow.log").exists()


def test_old_data_is_served_while_a_run_loads_new_data(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(supervisor, small_plan(tmp_path, "import time; time.sleep(30)"), monkeypatch, hours=30)
    assert list(supervisor.running) == ["portal", "api", "reports", "flow"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "The ingest run has finished"),
        ("raise SystemExit(10)", "The data of the last successful run stays"),
        ("raise SystemExit(60)", "Everything else is served"),
        ("raise SystemExit(70)", "Everything else is served"),
        ("raise SystemExit(80)", "Everything else is served"),
    ],
)
def test_the_end_of_a_background_run_is_reported_and_the_system_stays(
    supervisor: Supervisor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    running: Instance,
    code: str,
    said: str,
) -> None:
    start(supervisor, small_plan(tmp_path, code), monkeypatch, hours=30)
    assert processes.wait_until(lambda: supervisor.running["flow"][1].poll() is not None, 30)
    os.kill(supervisor.running["api"][1].pid, signal.SIGKILL)
    supervisor.running["api"][1].wait()
    up._report_ingest(supervisor)
    assert said in capsys.readouterr().out
    with pytest.raises(Problem, match="api was ended by signal 9"):
        up.watch(supervisor, running)


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_a_server_that_ends_ends_the_system(
    supervisor: Supervisor, running: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setattr(up, "LOGS", tmp_path)
    (tmp_path / "api.log").write_text("x" * (log_files.LIMIT_BYTES + 1))
    running.stop(postgres=server == "postgres", redis=server == "redis")
    try:
        with pytest.raises(Problem, match=rf"(?i){server}\w* has ended; the end of .*{server}\.log"):
            up.watch(supervisor, running)
    finally:
        running.start()
    assert (tmp_path / "api.log").stat().st_size == 0


@pytest.mark.parametrize("code", [60, 70, 80])
def test_a_first_load_without_a_dataset_or_files_is_served(
    supervisor: Supervisor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
) -> None:
    """A city with a private dataset stopped everything after an hour of loading."""
    start(supervisor, small_plan(tmp_path, f"raise SystemExit({code})"), monkeypatch, hours=None)
    assert list(supervisor.running) == ["portal", "api", "reports"]
    assert f"exit code {code}" in capsys.readouterr().out


def test_a_failed_first_load_stops_everything(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Problem, match="exit code 10"):
        start(supervisor, small_plan(tmp_path, "raise SystemExit(10)"), monkeypatch, hours=None)


def small_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the files of the system in this folder."""
    files = {
        "SUPERVISOR_PID": "pid",
        "READY": "ready",
        "LOGS": "logs",
        "FAILURE": "failure",
        "OUTPUT": "output",
    }
    for name, path in files.items():
        monkeypatch.setattr(up, name, folder / path)
    monkeypatch.setattr(up, "mark", lambda: str(folder))


@pytest.mark.parametrize(
    ("error", "kept"), [(Problem("Redis has ended"), "Redis has ended"), (KeyError("API"), "KeyError('API')")]
)
def test_why_a_system_ended_is_kept_until_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, kept: str
) -> None:
    def fail() -> NoReturn:
        raise error

    small_folder(tmp_path, monkeypatch)
    monkeypatch.setattr(up, "prepare", fail)
    monkeypatch.setattr(up, "_stop_servers", lambda: None)
    with pytest.raises(type(error)):
        up.supervise()
    assert (tmp_path / "failure").read_text() == kept
    (tmp_path / "output").write_text("• Starting")
    for is_detached in (True, False):
        up._forget_earlier_system(keeps_output=is_detached)
        assert (tmp_path / "output").exists() == is_detached
    assert not (tmp_path / "failure").exists()


def test_the_servers_stop_even_if_a_program_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[str] = []

    def fail(*_: object) -> NoReturn:
        raise OSError("no such process")

    small_folder(tmp_path, monkeypatch)
    monkeypatch.setattr(up, "prepare", interrupted)
    monkeypatch.setattr(Supervisor, "stop", fail)
    monkeypatch.setattr(up, "_stop_servers", lambda: stopped.append("servers"))
    with pytest.raises(OSError, match="no such process"):
        up.supervise()
    assert stopped == ["servers"]
    assert not up.SUPERVISOR_PID.exists()


def interrupted() -> NoReturn:
    raise KeyboardInterrupt


def test_the_age_of_the_data_is_that_of_the_last_successful_run(running: Instance) -> None:
    migrate(running, "aged")
    running.sql(RUNS, database="aged")
    assert up.hours_since_last_load(running, "aged") == 5
    running.sql("DELETE FROM load_runs WHERE status IN ('succeeded', 'partial')", database="aged")
    assert up.hours_since_last_load(running, "aged") is None


def test_the_data_of_a_city_is_not_served_as_that_of_another(running: Instance) -> None:
    migrate(running, "held")
    up.refuse_other_city(running, "held", "austin")
    running.sql(RUNS, database="held")
    up.refuse_other_city(running, "held", "la")
    with pytest.raises(Problem, match="held holds the data of Los Angeles, but CITY is austin"):
        up.refuse_other_city(running, "held", "austin")


def test_a_system_that_is_still_starting_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(up, "READY", tmp_path / "ready")
    assert up.already_running() == 0
    assert "still starting, or stopping" in capsys.readouterr().out
