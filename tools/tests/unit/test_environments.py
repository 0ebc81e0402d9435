"""When an environment is created again, and what the errors say."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tools import apt, environments
from tools.problem import Problem


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty lock of a folder ``service``, in a separate checkout with the real uv."""
    (tmp_path / "service").mkdir()
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "LOCAL", tmp_path)
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path / "venv")
    # uv is already installed, or these tests would not run.
    monkeypatch.setattr(environments, "install_uv", lambda: None)
    lock = tmp_path / "service" / "requirements-dev.txt"
    lock.touch()
    return lock


def version_of(lock: Path) -> str:
    python = lock.parents[1] / "venv" / "service" / "bin" / "python"
    return subprocess.check_output([python, "-c", "import sys; print(sys.version)"], text=True).strip()


def test_a_missing_lock_says_what_writes_it(lock: Path) -> None:
    lock.unlink()
    with pytest.raises(Problem, match=r"requirements-dev\.txt is missing: create it with `make lock`"):
        environments.ensure(["service"])


def test_an_environment_has_this_interpreter_and_is_kept(lock: Path) -> None:
    environments.ensure(["service"])
    assert version_of(lock) == sys.version
    kept = lock.parents[1] / "venv" / "service" / "kept"
    kept.touch()
    environments.ensure(["service"])
    assert kept.exists()


def test_an_environment_of_another_python_is_made_again(lock: Path) -> None:
    environments.ensure(["service"])
    settings = lock.parents[1] / "venv" / "service" / "pyvenv.cfg"
    settings.write_text(settings.read_text().replace("version_info = 3", "version_info = 2"))
    environments.ensure(["service"])
    assert "version_info = 3" in settings.read_text()


def test_packages_are_installed_again_only_from_another_lock(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking pip and uv about each environment used to add seconds to every command."""
    environments.ensure(["service"])
    commands: list[str] = []
    monkeypatch.setattr(environments, "run", lambda _, what, **__: commands.append(what))
    environments.ensure(["service"])
    assert commands == []
    lock.write_text("# another lock\n")
    environments.ensure(["service"])
    assert commands == ["Installing the packages of service/"]


def test_space_is_needed_only_to_install(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system with everything installed refused to start on a disk that its own logs had filled."""
    environments.ensure(["service"])
    monkeypatch.setattr(environments, "NEEDED_MB", 9_000_000_000)
    environments.ensure(["service"])
    lock.write_text("# another lock\n")
    with pytest.raises(Problem, match=r"`make clean` would delete the loaded data"):
        environments.ensure(["service"])


def test_a_failed_installation_is_repeated(lock: Path) -> None:
    environments.ensure(["service"])
    lock.write_text("surely-not-a-package==1.0\n")
    for _ in range(2):
        with pytest.raises(Problem, match="Installing the packages of service/ failed"):
            environments.ensure(["service"])


def test_a_package_without_a_hash_is_refused(lock: Path) -> None:
    lock.write_text("surely-not-a-package==1.0\n")
    with pytest.raises(Problem, match=r"Installing the packages of service/ failed:(.|\n)*hash"):
        environments.ensure(["service"])


@pytest.mark.parametrize("is_root", [True, False])
def test_packages_and_environments_are_installed_concurrently_without_a_password(
    monkeypatch: pytest.MonkeyPatch, *, is_root: bool
) -> None:
    done: list[str] = []
    other = threading.Event()

    def install(need: str) -> None:
        done.append(f"apt {need} {other.wait(20 if is_root else 0)}")

    def make(folders: list[str], *, completes: bool) -> None:
        assert completes
        other.set()
        done.extend(folders)

    monkeypatch.setattr(environments, "is_root", lambda: is_root)
    monkeypatch.setattr(environments, "ensure", make)
    monkeypatch.setattr(apt, "ensure", install)
    environments.ensure_with_packages(["service"], "browser")
    assert done == (["service", "apt browser True"] if is_root else ["apt browser False", "service"])


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_other_pythons_are_refused_by_name(version: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    with pytest.raises(Problem, match=rf"Python {version[0]}\.{version[1]} is not supported"):
        environments.check_python()
