"""The commands behind make without a running system or installed environments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check, session, test_environment
from tools.problem import Problem
from tools.servers.instance import Instance
from tools.test_environment import clean_environment, remove_abandoned
from tools.tests.checkouts import Checkout, copy_tools

NEVER_A_PROCESS = 2**22 + 1


@pytest.fixture
def empty(tmp_path: Path) -> Checkout:
    """A checkout with the tools only."""
    copy_tools(tmp_path)
    return Checkout(tmp_path)


@pytest.mark.parametrize("command", [["ingest"], ["screenshots"], ["psql"], ["psql", "reader"]])
def test_nothing_runs_yet(empty: Checkout, command: list[str]) -> None:
    done = empty.run("tools.session", *command)
    assert done.returncode == 1
    assert "the system is not running; `make up` starts it" in done.stderr


def test_no_status_and_no_logs(empty: Checkout) -> None:
    status, logs = empty.run("tools.session", "status"), empty.run("tools.session", "logs")
    assert (status.returncode, logs.returncode) == (1, 1)
    assert "Not running" in status.stdout
    assert "there are no logs yet" in logs.stderr


def test_stopping_what_does_not_run_is_no_failure(empty: Checkout) -> None:
    for _ in range(2):
        done = empty.run("tools.down")
        assert (done.returncode, done.stdout) == (0, "• Nothing is running; the data is kept.\n")


def test_cleaning_removes_everything(empty: Checkout) -> None:
    started = empty.run("tools.services", "start", "--name", "tried", "--redis")
    assert started.returncode == 0, started.stderr
    done = empty.run("tools.down", "--clean")
    assert done.returncode == 0, done.stderr
    assert not (empty.folder / ".local").exists()


def test_an_unknown_role_is_named() -> None:
    with pytest.raises(Problem, match="no such role: 'king'; choose from owner, loader, reader"):
        session.psql(["king"])


def test_linters_and_types_are_jobs_of_every_folder() -> None:
    assert {job.name for job in check.lint_jobs()} >= {"ruff check", "ruff format", "locks"}
    assert {job.name for job in check.type_jobs()} >= {"mypy api", "mypy dash", "mypy prefect", "mypy tools"}


def test_a_whole_suite_measures_coverage_and_a_part_does_not(running: Instance) -> None:
    assert "--cov" in check.test_job("api", running, []).command
    part = check.test_job("api", running, ["-k", "councils"])
    assert part.command[-2:] == ["-k", "councils"]
    assert "--cov" not in part.command


def test_each_suite_has_a_cache_database_of_its_own(running: Instance) -> None:
    places = {
        suite: test_environment.test_variables(running, suite)["TEST_REDIS_URL"] for suite in check.SUITES
    }
    assert len(set(places.values())) == len(places)
    assert all(place.startswith("redis://127.0.0.1:") for place in places.values())


def test_tests_see_no_setting_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/precious")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    assert not {"DATABASE_URL", "PYTHONPATH"} & clean_environment("tools").keys()


def test_servers_of_a_killed_test_run_are_removed(servers_folder: Path) -> None:
    dead, other = Instance(f"test-{NEVER_A_PROCESS}"), Instance("mine")
    for instance in (dead, other):
        instance.start(postgres=False)
    try:
        remove_abandoned()
        assert (dead.exists(), other.exists()) == (False, True)
    finally:
        other.remove()
