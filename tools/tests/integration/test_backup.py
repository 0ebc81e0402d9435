"""Backups of older schemas, and what others can see of a backup; test_system restores the newest schema."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import backup, session
from tools.problem import Problem
from tools.servers.instance import OWNER, Instance
from tools.tests.programs import executable

NUMBERS = "SELECT generation, last_change, forgotten_change FROM data_generation"
SECRET = "postgresql://owner:s%40fe:word@127.0.0.1:1/city?sslmode=disable"


@pytest.fixture
def databases(running: Instance) -> Iterator[list[str]]:
    names = ["backed_up", "restored"]
    for name in names:
        running.create_database(name)
    yield [running.url(OWNER, name) for name in names]
    for name in names:
        running.sql(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")


def test_a_backup_from_before_changes_were_numbered_is_restored(
    databases: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old, new = databases
    backup._migrate(old, "0024")
    monkeypatch.setenv("DATABASE_URL", old)
    backup.save(tmp_path / "saved")
    monkeypatch.setenv("DATABASE_URL", new)
    backup.restore(tmp_path / "saved", may_replace=False)
    generation, last, forgotten = (int(number) for number in backup.value(new, NUMBERS).split("|"))
    assert generation > 1_700_000_000
    assert last == forgotten > 1_700_000_000_000


@pytest.fixture
def arguments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where a program that stands in for psql writes its arguments, and the password that it was given."""
    file = tmp_path / "arguments"
    executable(tmp_path, "psql", f'echo "$@" > {file}; echo "$PGPASSWORD" >> {file}')
    monkeypatch.setattr(backup, "postgres_programs", lambda: tmp_path)
    monkeypatch.setattr(session, "postgres_programs", lambda: tmp_path)
    return file


def test_a_server_that_is_lost_during_a_restore_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    executable(tmp_path, "pg_restore", "head -c 1000000 /dev/zero")
    executable(tmp_path, "psql", "echo 'server closed the connection' >&2; exit 2")
    monkeypatch.setattr(backup, "postgres_programs", lambda: tmp_path)
    with pytest.raises(Problem, match=r"nothing was changed:(.|\n)*server closed the connection"):
        backup._load(SECRET, tmp_path / "dump", "")


def test_a_dump_read_by_a_newer_client_suits_an_older_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """pg_restore of Postgres 17 begins with a setting that a server of 15 rejects."""
    rows = "SET transaction_timeout = 0; about rows"
    lines = ["SET lock_timeout = 0;", "SET transaction_timeout = 0;", "COPY t FROM stdin;", rows, "\\\\."]
    executable(tmp_path, "pg_restore", "cat <<'END'\n" + "\n".join(lines) + "\nEND")
    executable(tmp_path, "psql", f"cat > {tmp_path}/script")
    monkeypatch.setattr(backup, "postgres_programs", lambda: tmp_path)
    backup._load(SECRET, tmp_path / "dump", "")
    sent = (tmp_path / "script").read_text().splitlines()
    at = sent.index(lines[0])
    assert sent[at : at + 4] == [lines[0], *lines[2:]]


def _psql_in_a_child() -> None:
    """``session.psql`` replaces its own process."""
    if (child := os.fork()) == 0:
        session.psql(["owner"])
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("run", [lambda: backup.value(SECRET, "SELECT 1"), _psql_in_a_child])
def test_a_password_is_no_argument(
    run: Callable[[], object], arguments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every user of a machine can read the arguments of all programs."""
    monkeypatch.setattr(session, "running_settings", lambda: {"DATABASE_URL": SECRET})
    run()
    seen, password = arguments.read_text().splitlines()
    assert "postgresql://owner@127.0.0.1:1/city?sslmode=disable" in seen
    assert password == "s@fe:word"
