"""Backups of older schemas, and what others can see of a backup; test_system restores the newest schema."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tools import backup, database_swap, migrate, session
from tools.paths import ROOT
from tools.problem import Problem
from tools.psql import value
from tools.servers import processes, programs
from tools.servers.instance import OWNER, Instance
from tools.tests.programs import executable

NUMBERS = "SELECT generation, last_change, forgotten_change FROM data_generation"
PRIVILEGES = """
SELECT string_agg(privilege::text, ' ' ORDER BY privilege::text)
  FROM pg_database, aclexplode(datacl) AS privilege WHERE datname = current_database()
"""
DATABASES = "SELECT datname FROM pg_database WHERE datname ~ '^(restoring|replaced)_'"
SECRET = "postgresql://owner:s%40fe:word@127.0.0.1:1/city?sslmode=disable"


@pytest.fixture
def databases(running: Instance) -> Iterator[list[str]]:
    names = ["backed_up", "restored"]
    for name in names:
        running.create_database(name)
    yield [running.url(OWNER, name) for name in names]
    for name in names:
        running.sql(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")


@pytest.mark.slow
def test_an_older_backup_replaces_the_newest_schema_while_it_is_read(
    databases: list[str], running: Instance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From before changes were numbered. TRUNCATE, in the old database, waited for every reader."""
    old, new = databases
    backup._migrate(old, "0024")
    monkeypatch.setenv("DATABASE_URL", old)
    backup.save(tmp_path / "saved")
    backup._migrate(new, "head")
    value(new, "REVOKE TEMPORARY ON DATABASE restored FROM PUBLIC")
    before = value(new, PRIVILEGES)
    monkeypatch.setenv("DATABASE_URL", new)
    with psycopg.connect(new) as reader:
        reader.execute("SELECT FROM requests")
        backup.restore(tmp_path / "saved", may_replace=False)
        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            reader.execute("SELECT FROM requests")
    generation, last, forgotten = (int(number) for number in value(new, NUMBERS).split("|"))
    assert generation > 1_700_000_000
    assert last == forgotten > 1_700_000_000_000
    assert value(new, PRIVILEGES) == before
    assert value(new, DATABASES) == ""


@pytest.mark.slow
def test_no_restore_during_a_run(databases: list[str]) -> None:
    url = databases[0]
    with psycopg.connect(url, application_name="311 run 7") as run:
        run.execute("SELECT pg_advisory_lock(311, 1)")
        with pytest.raises(Problem, match=r"another run is in progress \(311 run 7, process \d+\)"):
            database_swap.run_lock(url).__enter__()
    with database_swap.run_lock(url), psycopg.connect(url) as run:
        answer = run.execute("SELECT pg_try_advisory_lock(311, 1)").fetchone()
        assert answer == (False,)


def _fail_in_its_replacement(url: str) -> None:
    with database_swap.replacement(url) as filled:
        assert value(filled, "SELECT to_regclass('kept')") == ""
        value(filled, "SELECT 1 / 0")


def test_a_failure_leaves_the_old_database_and_nothing_else(databases: list[str]) -> None:
    """A restore that was killed has left another database, in which a session goes on."""
    url = databases[0]
    value(url, "CREATE TABLE kept (); CREATE DATABASE restoring_backed_up")
    left = url.replace("backed_up", "restoring_backed_up")
    with psycopg.connect(left), pytest.raises(Problem, match="division by zero"):
        _fail_in_its_replacement(url)
    assert value(url, "SELECT to_regclass('kept')") == "kept"
    assert value(url, DATABASES) == ""


def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(backup, "owner_url", lambda: SECRET)
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "folder"):
        with pytest.raises(Problem, match=r"/file.*: (Not a directory|File exists)\."):
            backup.save(place)


@pytest.mark.parametrize("text", ['{"schema_revision": "0024", "sha', "[]", "{}", "\udcff"])
def test_a_damaged_manifest_is_named(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(backup, "owner_url", lambda: SECRET)
    (tmp_path / backup.DUMP).write_text("")
    (tmp_path / backup.MANIFEST).write_text(text, errors="surrogateescape")
    with pytest.raises(Problem, match=r"backup\.json is damaged: it does not describe a backup"):
        backup.restore(tmp_path, may_replace=True)


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of programs that replace those of PostgreSQL."""
    monkeypatch.setattr(programs, "postgres_programs", lambda: tmp_path)
    monkeypatch.setattr(backup, "postgres_programs", lambda: tmp_path)
    return tmp_path


def test_a_server_that_is_lost_during_a_restore_is_reported(stand_ins: Path) -> None:
    executable(stand_ins, "pg_restore", "head -c 1000000 /dev/zero")
    executable(stand_ins, "psql", "echo 'server closed the connection' >&2; exit 2")
    with pytest.raises(Problem, match=r"nothing was changed:(.|\n)*server closed the connection"):
        backup._load(SECRET, stand_ins / "dump")


INTERRUPTED = """
import sys
from pathlib import Path
from tools import backup
from tools.problem import guarded

stand_ins, url = Path(sys.argv[1]), sys.argv[2]
backup.postgres_programs = lambda: stand_ins
sys.exit(guarded(lambda: backup._load(url, stand_ins / "dump") or 0))
"""
ROWS = """
CREATE TABLE kept AS SELECT 'old' AS row;
CREATE TRIGGER counts AFTER INSERT ON kept EXECUTE FUNCTION suppress_redundant_updates_trigger();
"""
KEPT = "SELECT row, tgenabled FROM kept, pg_trigger WHERE tgname = 'counts'"
IN_COPY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY %'"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_restore_changes_nothing(
    databases: list[str], tmp_path: Path, number: signal.Signals
) -> None:
    """Psql takes the end of its input for the end of the rows."""
    url = databases[0]
    value(url, ROWS)
    half = "echo 'COPY public.kept FROM stdin;'; yes half | head -n 100000; exec sleep 60"
    executable(tmp_path, "pg_restore", half)
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path), url]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as restore:
        assert processes.wait_until(lambda: value(url, IN_COPY) == "1", 30)
        restore.send_signal(number)
        restore.wait()
    assert processes.wait_until(lambda: value(url, IN_COPY) == "0", 30)
    with suppress(ProcessLookupError):
        os.killpg(restore.pid, signal.SIGKILL)
    assert value(url, KEPT) == "old|O"


def test_a_dump_read_by_a_newer_client_suits_an_older_server(stand_ins: Path) -> None:
    """pg_restore of Postgres 17 begins with a setting that a server of 15 rejects."""
    rows = "SET transaction_timeout = 0; about rows"
    lines = ["SET lock_timeout = 0;", "SET transaction_timeout = 0;", "COPY t FROM stdin;", rows, "\\\\."]
    executable(stand_ins, "pg_restore", "cat <<'END'\n" + "\n".join(lines) + "\nEND")
    executable(stand_ins, "psql", f"cat > {stand_ins}/script")
    backup._load(SECRET, stand_ins / "dump")
    sent = (stand_ins / "script").read_text().splitlines()
    at = sent.index(lines[0])
    assert sent[at : at + 4] == [lines[0], *lines[2:]]


def _psql_in_a_child() -> None:
    """``session.psql`` replaces its own process."""
    if (child := os.fork()) == 0:
        session.psql(["owner"])
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("run", [lambda: value(SECRET, "SELECT 1"), _psql_in_a_child])
def test_a_password_is_no_argument(
    run: Callable[[], object], stand_ins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every user of a machine can read the arguments of all programs."""
    file = stand_ins / "arguments"
    executable(stand_ins, "psql", f'echo "$@" > {file}; echo "$PGPASSWORD" >> {file}')
    monkeypatch.setattr(session, "running_settings", lambda: {"DATABASE_URL": SECRET})
    run()
    seen, password = file.read_text().splitlines()
    assert "postgresql://owner@127.0.0.1:1/city?sslmode=disable" in seen
    assert password == "s@fe:word"


@pytest.mark.parametrize("program", ["psql", "pg_dump"])
def test_nor_is_one_of_the_servers_roles(running: Instance, stand_ins: Path, program: str) -> None:
    file, passwords = stand_ins / "arguments", running.state.passwords
    executable(stand_ins, program, f'echo "$@" > {file}; cat > /dev/null')
    if program == "psql":
        running.sql("SELECT 1", database="postgres", variables=passwords)
    else:
        migrate.schema(running, "postgres")
    assert "postgresql://" in file.read_text()
    assert not any(password in file.read_text() for password in passwords.values())
