"""When an environment is made again, and what is said when it cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import environments
from tools.problem import Problem


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ``service`` with a lock, and a place for its environment."""
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path / "venv")
    lock = tmp_path / "service" / "requirements-dev.txt"
    lock.parent.mkdir()
    lock.write_text("")
    monkeypatch.setattr(environments, "lock_of", lambda _: lock)
    # It is there already, or these tests would not run.
    monkeypatch.setattr(environments, "install_uv", lambda: None)
    return lock


def test_a_missing_lock_says_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"requirements-dev\.txt is missing: `make lock` writes it"):
        environments.is_current(tmp_path, tmp_path / "requirements-dev.txt")


def test_another_lock_is_another_environment(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("one==1")
    (tmp_path / environments.STAMP).write_text(environments.fingerprint(lock))
    assert environments.is_current(tmp_path, lock)
    lock.write_text("one==2")
    assert not environments.is_current(tmp_path, lock)


def test_an_environment_is_made_once(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environments.ensure(["service"])
    assert "Making the environment of service/" in capsys.readouterr().out
    python = elsewhere.parents[1] / "venv" / "service" / "bin" / "python"
    said = subprocess.check_output([python, "-c", "import sys; print(sys.version)"], text=True)
    assert said.strip() == sys.version
    environments.ensure(["service"])
    assert capsys.readouterr().out == ""


def test_a_package_without_a_hash_is_refused_and_leaves_no_stamp(elsewhere: Path) -> None:
    elsewhere.write_text("surely-not-a-package==1.0\n")
    with pytest.raises(Problem, match=r"Filling the environment of service/ failed:(.|\n)*hash"):
        environments.ensure(["service"])
    assert not (elsewhere.parents[1] / "venv" / "service" / environments.STAMP).exists()


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_other_pythons_are_refused_by_name(version: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    with pytest.raises(Problem, match=rf"Python {version[0]}\.{version[1]} is not supported"):
        environments.check_python()
