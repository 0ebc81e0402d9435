"""The tools for other users: without root, without privileges, in a folder closed to the server's user.

To the tools, a copy of them in another folder is a separate checkout. Only root can switch to other users.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.servers import processes
from tools.servers.users import is_root
from tools.tests.checkouts import Checkout, copy_tools

HOMES = Path(tempfile.gettempdir())
pytestmark = pytest.mark.skipif(not is_root(), reason="only root can run programs as other users")


def services(checkout: Checkout, *arguments: str) -> dict[str, Any]:
    done = checkout.run("tools.services", *arguments, "--name", "tried")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture
def person() -> Iterator[str]:
    """A new user of this machine without any privileges."""
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
    """Root's checkout in a folder that no one else may enter."""
    folder = tmp_path / "closed"
    copy_tools(folder)
    folder.chmod(0o700)
    checkout = Checkout(folder)
    yield checkout
    checkout.run("tools.services", "remove", "--name", "tried")


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_a_user_without_root_runs_the_servers(of_person: Checkout) -> None:
    started = services(of_person, "start")
    own = int(subprocess.check_output(["id", "-u", of_person.user]))
    assert {uid_of(started[server]["pid"]) for server in ("postgres", "redis")} == {own}
    assert services(of_person, "start") == started
    stopped = services(of_person, "stop")
    assert stopped["postgres"]["pid"] is stopped["redis"]["pid"] is None
    assert not processes.is_alive(started["postgres"]["pid"])


@pytest.mark.slow
def test_servers_run_in_a_closed_folder(closed: Checkout) -> None:
    started = services(closed, "start")
    assert 0 not in {uid_of(started[server]["pid"]) for server in ("postgres", "redis")}
    assert services(closed, "remove") == {"name": "tried", "removed": True}


def test_files_of_another_user_are_explained(of_person: Checkout) -> None:
    (of_person.folder / ".local").mkdir(mode=0o755)
    done = of_person.run("tools.services", "start", "--name", "tried")
    assert done.returncode == 1
    assert "an earlier run was started as another user" in done.stderr
    assert "Traceback" not in done.stderr


def test_root_does_not_lock_the_owner_out(of_person: Checkout) -> None:
    """As with `sudo make up` in a checkout that this user has used before."""
    started = services(of_person, "start", "--redis")
    root = Checkout(of_person.folder)
    for command in ("start", "stop"):
        done = root.run("tools.services", command, "--name", "tried")
        assert done.returncode == 1
        assert f"belongs to {of_person.user}; run make as {of_person.user}" in done.stderr
    assert services(of_person, "status") == started


def test_a_user_without_rights_gets_the_command_for_an_administrator(of_person: Checkout) -> None:
    ask = "from tools import apt; apt.missing = lambda *_: ['redis']; apt.guarded(apt.ensure)"
    (of_person.folder / "ask.py").write_text(ask)
    done = of_person.run("ask")
    assert "redis-server must be installed, which requires root" in done.stderr
    assert "apt-get install --no-install-recommends redis-server" in done.stderr
