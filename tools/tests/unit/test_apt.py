"""The packages to install, and the messages if that fails."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tools import apt
from tools.problem import Problem
from tools.system_services import SystemServices
from tools.tests.programs import executable

FOUND = """postgresql-13-postgis-3 - Geographic objects support for PostgreSQL 13
postgresql-15-postgis-3 - Geographic objects support for PostgreSQL 15
postgresql-15-postgis-3-scripts - SQL scripts
"""


@pytest.fixture
def bare_machine(empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No servers and no browser; a PATH to put stand-ins into."""
    monkeypatch.setattr("tools.servers.programs.DEBIAN_POSTGRES", empty_path / "none")
    monkeypatch.setattr(apt, "LOG", empty_path.parent / "log" / "apt.log")
    for program in ("env", "sh"):
        (empty_path / program).symlink_to(f"/usr/bin/{program}")
    return empty_path


def stand_in(bare_machine: Path, name: str, script: str) -> Path:
    """A fake program whose calls are logged to the returned file."""
    calls = bare_machine.parent / f"{name}.calls"
    executable(bare_machine, name, f'echo "$@" >> {calls}\n{script}')
    return calls


def test_the_newest_postgres_with_postgis_is_chosen() -> None:
    assert apt.newest_postgres(FOUND) == ["postgresql-15", "postgresql-15-postgis-3"]


def test_too_old_a_postgres_is_none() -> None:
    assert apt.newest_postgres(FOUND.splitlines()[0]) == []


def test_a_bare_machine_misses_everything(bare_machine: Path) -> None:
    assert apt.missing("postgres", "redis", "browser") == ["postgres", "redis", "browser"]
    assert apt.missing("redis") == ["redis"]


def test_installed_programs_are_not_missing(bare_machine: Path) -> None:
    executable(bare_machine, "redis-server", "exit 0")
    assert apt.missing("postgres", "redis") == ["postgres"]


def test_every_suite_gets_the_programs_of_its_tests() -> None:
    """Tests that need npm were skipped on a machine without it, and nothing said so."""
    assert apt.of_tests(["prefect", "locust"]) == ["browser", "npm"]
    assert set(apt.of_tests()) <= set(apt.PROGRAMS)


def test_without_package_lists_the_name_has_no_version(bare_machine: Path) -> None:
    stand_in(bare_machine, "apt-cache", "true")
    assert apt.packages_for(["postgres", "redis"]) == ["postgresql-postgis", "redis-server"]


def test_without_apt_the_message_says_what_to_install(bare_machine: Path) -> None:
    with pytest.raises(Problem, match="missing: postgres, redis, and apt-get is not available"):
        apt.ensure()


def test_without_root_and_sudo_the_command_for_an_administrator_is_shown(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "is_root", lambda: False)
    with pytest.raises(Problem, match=r"Ask an administrator to run: apt-get install .* redis-server"):
        apt.root_prefix("redis-server")


def test_package_names_are_known_even_without_lists(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "is_root", lambda: False)
    stand_in(bare_machine, "apt-cache", "true")
    stand_in(bare_machine, "apt-get", "true")
    wanted = "postgresql-postgis redis-server chromium-headless-shell"
    with pytest.raises(Problem, match=f"no-install-recommends {wanted}"):
        apt.ensure("browser")


@pytest.mark.parametrize(("answer", "may"), [("exit 0", True), ("exit 1", False)])
def test_sudo_is_used_where_it_needs_no_password(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch, answer: str, *, may: bool
) -> None:
    monkeypatch.setattr(apt, "is_root", lambda: False)
    executable(bare_machine, "sudo", answer)
    if may:
        assert apt.root_prefix("redis-server") == ["sudo", "-n"]
    else:
        with pytest.raises(Problem, match="may not use sudo"):
            apt.root_prefix("redis-server")


def test_missing_packages_are_installed_after_a_fresh_list(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "LISTS", bare_machine / "no-lists")
    monkeypatch.setattr(apt, "is_root", lambda: True)
    monkeypatch.setattr(apt, "lists_are_stale", lambda: True)
    stand_in(bare_machine, "apt-cache", f"echo '{FOUND.splitlines()[1]}'")
    calls = stand_in(bare_machine, "apt-get", "exit 0")
    apt.ensure()
    update, install = calls.read_text().splitlines()
    assert update.endswith(" update")
    assert install.endswith(
        "install --no-install-recommends postgresql-15 postgresql-15-postgis-3 redis-server"
    )


def test_old_package_lists_are_updated_before_giving_up(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "is_root", lambda: True)
    monkeypatch.setattr(apt, "lists_are_stale", lambda: False)
    monkeypatch.setattr(apt, "missing", lambda *_: ["redis"])
    once = bare_machine.parent / "was-updated"
    script = f'case "$*" in *update) : > {once};; *) [ -e {once} ];; esac'
    calls = stand_in(bare_machine, "apt-get", script)
    apt.ensure()
    assert [line.split()[-1] for line in calls.read_text().splitlines()] == [
        "redis-server",
        "update",
        "redis-server",
    ]


def test_a_failed_install_shows_what_apt_said(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "is_root", lambda: True)
    monkeypatch.setattr(apt, "missing", lambda *_: ["redis"])
    stand_in(bare_machine, "apt-get", "echo 'E: Unable to fetch some archives'; exit 100")
    with pytest.raises(Problem, match=r"could not install redis-server(.|\n)*Unable to fetch"):
        apt.ensure()


def test_lists_are_stale_when_absent_or_a_day_old(tmp_path: Path) -> None:
    assert apt.lists_are_stale(tmp_path)
    packages = tmp_path / "mirror_main_Packages.lz4"
    packages.touch()
    assert not apt.lists_are_stale(tmp_path)
    long_ago = time.time() - 2 * apt.STALE_SECONDS
    for path in (packages, tmp_path):
        os.utime(path, (long_ago, long_ago))
    assert apt.lists_are_stale(tmp_path)


def test_only_what_the_installation_added_is_undone(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters = bare_machine.parent / "clusters"
    (clusters / "13" / "kept").mkdir(parents=True)
    monkeypatch.setattr("tools.system_services.CLUSTERS", clusters)
    monkeypatch.setattr("tools.system_services.REDIS_SCRIPT", bare_machine / "no-redis")
    calls = stand_in(bare_machine, "pg_dropcluster", "exit 0")
    before = SystemServices.now([])
    (clusters / "15" / "main").mkdir(parents=True)
    before.restore()
    assert calls.read_text() == "--stop 15 main\n"


def test_a_newly_installed_redis_service_is_stopped_and_disabled(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.system_services.CLUSTERS", bare_machine / "none")
    monkeypatch.setattr("tools.system_services.SYSTEMD", bare_machine / "none")
    monkeypatch.setattr("tools.system_services.wait_until", lambda *_, **__: True)
    script = bare_machine / "redis-init"
    monkeypatch.setattr("tools.system_services.REDIS_SCRIPT", script)
    disabled = stand_in(bare_machine, "update-rc.d", "exit 0")
    before = SystemServices.now([])
    stopped = stand_in(bare_machine, script.name, "exit 0")
    before.restore()
    assert (disabled.read_text(), stopped.read_text()) == ("redis-server disable\n", "stop\n")
