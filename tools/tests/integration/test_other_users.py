"""The tools as other users meet them: without root, without rights, in a folder closed to the server's user.

A copy of the tools in another folder is a checkout of its own to them. Only root can become other users.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools.paths import ROOT
from tools.servers import processes
from tools.servers.users import as_user, is_root

HOMES = Path(tempfile.gettempdir())
pytestmark = pytest.mark.skipif(not is_root(), reason="only root can run programs as other users")


@dataclass(frozen=True)
class Checkout:
    """The tools in a folder of their own, run by a user."""

    folder: Path
    user: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        interpreter = Path(sys.executable).resolve()
        command = [str(interpreter), "-m", *arguments]
        if self.user != "root":
            # With the right to read, where the interpreter itself lies in a closed folder.
            command = as_user(self.user, command, interpreter.parent)
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, cwd=self.folder, env=clean, capture_output=True, text=True, check=False
        )

    def services(self, *arguments: str) -> dict[str, Any]:
        done = self.run("tools.services", *arguments, "--name", "tried")
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def copy_tools(target: Path) -> None:
    shutil.copytree(ROOT / "tools", target / "tools", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    shutil.copy(ROOT / ".env.example", target)


@pytest.fixture
def person() -> Iterator[str]:
    """A new user of this machine with no rights at all."""
    name = f"t311-{secrets.token_hex(4)}"
    subprocess.run(["useradd", "--create-home", "--base-dir", str(HOMES), name], check=True)
    yield name
    subprocess.run(["userdel", "--remove", name], check=True, capture_output=True)


@pytest.fixture
def of_person(person: str) -> Iterator[Checkout]:
    folder = HOMES / person / "check out"
    copy_tools(folder)
    subprocess.run(["chown", "-R", person, folder], check=True)
    checkout = Checkout(folder, person)
    yield checkout
    checkout.run("tools.services", "remove", "--name", "tried")


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Checkout]:
    """Root's checkout in a folder that nobody else may enter."""
    folder = tmp_path / "closed"
    copy_tools(folder)
    folder.chmod(0o700)
    checkout = Checkout(folder, "root")
    yield checkout
    checkout.run("tools.services", "remove", "--name", "tried")


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_a_user_without_root_runs_the_servers_as_himself(of_person: Checkout) -> None:
    started = of_person.services("start")
    own = int(subprocess.check_output(["id", "-u", of_person.user]))
    assert {uid_of(started[server]["pid"]) for server in ("postgres", "redis")} == {own}
    assert of_person.services("start") == started
    stopped = of_person.services("stop")
    assert stopped["postgres"]["pid"] is stopped["redis"]["pid"] is None
    assert not processes.is_alive(started["postgres"]["pid"])


def test_a_closed_folder_keeps_nobody_from_the_servers(closed: Checkout) -> None:
    started = closed.services("start")
    assert 0 not in {uid_of(started[server]["pid"]) for server in ("postgres", "redis")}
    assert closed.services("remove") == {"name": "tried", "removed": True}


def test_files_of_another_user_are_explained(of_person: Checkout) -> None:
    (of_person.folder / ".local").mkdir(mode=0o755)
    done = of_person.run("tools.services", "start", "--name", "tried")
    assert done.returncode == 1
    assert "cannot be written by this user: an earlier run was started as another one" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_user_without_rights_is_told_whom_to_ask(of_person: Checkout) -> None:
    ask = "from tools import apt, problem; problem.guarded(lambda: len(apt.root_prefix('redis-server')))"
    (of_person.folder / "ask.py").write_text(ask)
    done = of_person.run("ask")
    assert "redis-server must be installed, which takes root" in done.stderr
    assert "apt-get install --no-install-recommends redis-server" in done.stderr
