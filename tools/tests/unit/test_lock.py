"""Locks follow the declared requirements."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import lock
from tools.lock import FROM_INPUT, input_digest, is_current, locks_of
from tools.problem import Problem

DECLARED = """[project]
name = "service"
dependencies = ["one>=1", "two"]  # a reason
[project.optional-dependencies]
dev = ["three"]
"""


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    path = tmp_path / "pyproject.toml"
    path.write_text(DECLARED)
    return path


def compiled(declared: Path, name: str = "requirements.txt") -> Path:
    path = declared.with_name(name)
    path.write_text(f"{FROM_INPUT}{input_digest(declared)}\none==1\n")
    return path


def test_a_compiled_lock_is_current(declared: Path) -> None:
    assert is_current(compiled(declared), declared)


def test_a_new_dependency_makes_a_lock_stale(declared: Path) -> None:
    written = compiled(declared)
    declared.write_text(DECLARED.replace('"two"', '"two", "four"'))
    assert not is_current(written, declared)


def test_comments_and_order_do_not_make_a_lock_stale(declared: Path) -> None:
    written = compiled(declared)
    declared.write_text(DECLARED.replace('"one>=1", "two"', '"two", "one>=1"').replace("a reason", "another"))
    assert is_current(written, declared)


def test_a_missing_lock_is_stale(declared: Path) -> None:
    assert not is_current(declared.with_name("requirements.txt"), declared)


def test_a_service_has_a_lock_to_run_and_one_to_develop(declared: Path) -> None:
    assert locks_of(declared.parent) == {
        declared.with_name("requirements.txt"): [],
        declared.with_name("requirements-dev.txt"): ["dev"],
    }


def test_a_folder_that_only_has_extras_has_one_lock(declared: Path) -> None:
    declared.write_text(DECLARED.replace('["one>=1", "two"]', "[]"))
    assert locks_of(declared.parent) == {declared.with_name("requirements-dev.txt"): ["dev"]}


def test_the_check_names_what_is_stale(
    declared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "ROOT", declared.parents[1])
    monkeypatch.setattr(lock, "FOLDERS_WITH_LOCK", (declared.parent.name,))
    compiled(declared)
    assert lock.check() == 1
    assert capsys.readouterr().out.startswith(
        f"{declared.parent.name}/requirements-dev.txt is missing or stale"
    )
    compiled(declared, "requirements-dev.txt")
    assert lock.check() == 0


def test_unknown_folders_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["lock", "nowhere"])
    with pytest.raises(Problem, match="no such folder: nowhere"):
        lock.main()
