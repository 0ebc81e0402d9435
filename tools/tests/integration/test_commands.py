"""The commands behind make without a running system or installed environments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools import check, session
from tools.jobs import run_all
from tools.paths import ROOT
from tools.problem import Problem
from tools.servers import processes
from tools.servers.instance import Instance
from tools.supervisor import sweep
from tools.test_environment import clean_environment
from tools.tests.checkouts import Checkout, copy_tools
from tools.tests.programs import executable
from tools.tests.shared.samples import first


@pytest.fixture
def empty(tmp_path: Path) -> Checkout:
    """A checkout with the tools only."""
    copy_tools(tmp_path)
    return Checkout(tmp_path)


@pytest.mark.parametrize("command", [["ingest"], ["screenshots"], ["psql"], ["psql", "reader"]])
def test_nothing_runs_yet(empty: Checkout, command: list[str]) -> None:
    done = empty.run("tools.session", *command)
    assert done.returncode == 1
    assert "the system is not running; start it with `make up`" in done.stderr


def test_no_status_and_no_logs(empty: Checkout) -> None:
    status, logs = empty.run("tools.session", "status"), empty.run("tools.session", "logs")
    assert (status.returncode, logs.returncode) == (1, 1)
    assert "Not running" in status.stdout
    assert "there are no logs yet" in logs.stderr


@pytest.mark.parametrize("running", first([[], ["--postgres"], ["--redis"]]), ids=str)
def test_a_system_that_was_killed_is_not_running(empty: Checkout, running: list[str]) -> None:
    """It leaves the file with the addresses, and perhaps servers; at boot, a run would start before it."""
    started = empty.run("tools.services", "start", "--name", "up", *running)
    assert started.returncode == 0, started.stderr
    (empty.folder / ".local" / "up").mkdir()
    (empty.folder / ".local" / "up" / "ready").write_text("http://127.0.0.1:5500")
    try:
        status = empty.run("tools.session", "status")
    finally:
        empty.run("tools.services", "remove", "--name", "up")
    assert status.returncode == 1
    assert "Not running" in status.stdout


def test_the_status_names_the_problem_that_ended_the_last_system(empty: Checkout) -> None:
    """A detached system has no terminal to show it."""
    folder = empty.folder / ".local" / "up"
    folder.mkdir(parents=True)
    (folder / "failure").write_text("Redis has ended; the end of redis.log:\n    out of memory")
    (folder / "supervisor.log").write_text("• Starting PostgreSQL and Redis\n")
    status = empty.run("tools.session", "status")
    assert status.returncode == 1
    assert "The last one ended with a problem: Redis has ended;" in status.stdout
    assert "    out of memory\n" in status.stdout
    assert f"Its output is in {folder / 'supervisor.log'}." in status.stdout
    empty.run("tools.down")
    assert "ended with" not in empty.run("tools.session", "status").stdout


def test_the_status_of_a_system_that_is_starting_or_was_killed(empty: Checkout) -> None:
    folder = empty.folder / ".local" / "up"
    folder.mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"], cwd=empty.folder) as supervisor:
        (folder / "supervisor.pid").write_text(str(supervisor.pid))
        starting = empty.run("tools.session", "status")
        supervisor.kill()
    killed = empty.run("tools.session", "status")
    assert (starting.returncode, killed.returncode) == (1, 1)
    assert starting.stdout == "It is still starting, or stopping, in another shell.\n"
    assert "The last one was killed; `make down` stops what it has left behind." in killed.stdout


def test_the_logs_include_what_a_detached_system_prints(empty: Checkout) -> None:
    folder = empty.folder / ".local" / "up"
    folder.mkdir(parents=True)
    (folder / "supervisor.log").write_text("• Migrating the database\n")
    executable(empty.folder / "bin", "tail", 'echo "$@"')
    done = empty.run("tools.session", "logs", path=f"{empty.folder}/bin:{os.environ['PATH']}")
    assert done.stdout.split()[-1] == str(folder / "supervisor.log")


def test_stopping_what_does_not_run_is_no_failure(empty: Checkout) -> None:
    for _ in range(2):
        done = empty.run("tools.down")
        assert (done.returncode, done.stdout) == (0, "• Nothing is running; the data is kept.\n")


ENDED_IN_ORDER = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
open(sys.argv[1], "w").close()
time.sleep(20)
"""


def test_stopping_ends_a_run_in_another_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It went on without a database, and its row stayed that of a run in progress."""
    started = tmp_path / "started"
    monkeypatch.setattr(session, "mark", lambda: str(tmp_path))
    monkeypatch.setattr(session, "running_settings", dict)
    monkeypatch.setattr(session, "python_of", lambda _: sys.executable)
    with ThreadPoolExecutor(1) as other_terminal:
        run = other_terminal.submit(session._run, "prefect", "-c", ENDED_IN_ORDER, str(started))
        assert processes.wait_until(started.exists, 30)
        assert sweep(str(tmp_path)) == 1
        assert run.result() == 143


INTERRUPTED = """
import sys
from tools import session
from tools.problem import guarded
session.running_settings = dict
session.python_of = lambda _: sys.executable
sys.exit(guarded(lambda: session._run("prefect", "-c", *sys.argv[1:])))
"""
RECORDS_ITS_END = """
import sys, time
from pathlib import Path
started, ended = map(Path, sys.argv[1:])
try:
    started.touch()
    time.sleep(20)
except KeyboardInterrupt:
    time.sleep(1)
    ended.touch()
    sys.exit(130)
"""


def test_an_interrupted_run_has_time_to_record_its_end(tmp_path: Path) -> None:
    """Ctrl-C reaches all programs of a terminal; the run was killed a quarter of a second later."""
    started, ended = tmp_path / "started", tmp_path / "ended"
    command = [sys.executable, "-c", INTERRUPTED, RECORDS_ITS_END, str(started), str(ended)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as terminal:
        assert processes.wait_until(started.exists, 30)
        os.killpg(terminal.pid, signal.SIGINT)
        assert terminal.wait(30) == 130
    assert ended.exists()


def test_cleaning_removes_everything(empty: Checkout) -> None:
    started = empty.run("tools.services", "start", "--name", "tried", "--redis")
    assert started.returncode == 0, started.stderr
    done = empty.run("tools.down", "--clean")
    assert done.returncode == 0, done.stderr
    assert not (empty.folder / ".local").exists()


def test_servers_are_recognized_behind_a_link(
    empty: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On another disk, for example. A server that was not recognized could be neither used nor stopped."""
    other = tmp_path_factory.mktemp("disk")
    (empty.folder / ".local").symlink_to(other)
    started = empty.run("tools.services", "start", "--name", "tried", "--redis")
    assert started.returncode == 0, started.stderr
    pid = json.loads(started.stdout)["redis"]["pid"]
    assert processes.is_alive(pid)
    done = empty.run("tools.down", "--clean")
    assert done.returncode == 0, done.stderr
    assert not processes.is_alive(pid)
    assert not other.exists()


def test_the_state_may_be_in_a_relative_folder() -> None:
    code = "from tools.paths import STATE; print(STATE)"
    own = os.environ | {"LA311_STATE": "../state"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=own, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(ROOT.parent / "state")


def test_an_unknown_role_is_named() -> None:
    with pytest.raises(Problem, match="no such role: 'king'; choose from owner, loader, reader"):
        session.psql(["king"])


def test_linters_and_types_are_jobs_of_every_folder() -> None:
    assert {job.name for job in check.lint_jobs()} >= {"ruff check", "ruff format", "locks"}
    assert {job.name for job in check.type_jobs()} >= {"mypy api", "mypy dash", "mypy prefect", "mypy tools"}


def test_only_a_whole_suite_by_itself_measures_coverage(running: Instance) -> None:
    (whole,) = check.suite_jobs("api", running, [], is_measured=True)
    assert "--cov" in whole.command
    (one_of_all,) = check.suite_jobs("api", running, [], is_measured=False)
    assert "--cov" not in one_of_all.command
    (part,) = check.suite_jobs("api", running, ["-k", "councils"], is_measured=True)
    assert part.command[-2:] == ["-k", "councils"]
    assert "--cov" not in part.command


@pytest.mark.parametrize("suite", check.SPLIT)
@pytest.mark.parametrize("is_measured", [True, False])
def test_the_parts_of_a_split_suite_are_the_whole(
    running: Instance, suite: str, *, is_measured: bool
) -> None:
    (files, rest) = check.suite_jobs(suite, running, [], is_measured=is_measured)
    assert all((ROOT / suite / path).exists() for path in check.SPLIT[suite])
    ignored = {word.removeprefix("--ignore=") for word in rest.command if word.startswith("--ignore=")}
    assert ignored == set(check.SPLIT[suite]) == {word for word in files.command if word in ignored}
    assert files.report != rest.report
    assert files.environment["COVERAGE_FILE"] != rest.environment["COVERAGE_FILE"]
    assert files.environment["TEST_REDIS_URL"] != rest.environment["TEST_REDIS_URL"]


def test_coverage_of_the_parts_is_judged_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each part of the probe runs one of its two functions: each covers half, and together they cover all."""
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(
        check, "clean_environment", lambda _: os.environ | {"COVERAGE_FILE": f"{tmp_path}/data"}
    )
    monkeypatch.setattr(check, "python_of", lambda _: sys.executable)
    folder = tmp_path / "probe"
    folder.mkdir()
    (folder / "halves.py").write_text("def first():\n    return 1\n\n\ndef second():\n    return 2\n")
    (folder / "pyproject.toml").write_text("[tool.coverage.report]\nfail_under = 90\n")
    for part, half in ((1, "first"), (2, "second")):
        data = check.part_of_coverage("probe", part)
        data.parent.mkdir(parents=True, exist_ok=True)
        (folder / f"run_{half}.py").write_text(f"import halves\nhalves.{half}()\n")
        command = [sys.executable, "-m", "coverage", "run", f"--data-file={data}", f"run_{half}.py"]
        subprocess.run(command, cwd=folder, check=True)
        (outcome,) = run_all([check.coverage_job("probe")], tmp_path / "logs", 1)
        assert outcome.is_good == (part == 2)


def test_each_job_has_a_cache_database_of_its_own(running: Instance) -> None:
    jobs = [job for suite in check.SUITES for job in check.suite_jobs(suite, running, [], is_measured=False)]
    places = {job.environment["TEST_REDIS_URL"] for job in jobs}
    assert len(places) == len(jobs)
    assert {job.name for job in jobs} == {f"pytest {name}" for name in check.LONGEST_FIRST}
    assert all(place.startswith("redis://127.0.0.1:") for place in places)


def test_tests_see_no_setting_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/precious")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    assert not {"DATABASE_URL", "PYTHONPATH"} & clean_environment("tools").keys()


def test_a_city_is_checked_with_the_packages_of_the_pipeline() -> None:
    command = [
        "make",
        "--no-print-directory",
        f"PYTHON={sys.executable}",
        "check-city",
        "CITY=atlantis",
        "ARGS=",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "CITY=atlantis is not declared in cities/" in done.stdout, done.stderr
    assert "Error 20" in done.stderr
