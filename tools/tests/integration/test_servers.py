"""Private servers: they start, stop, and restart with their data."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tools.problem import Problem
from tools.servers import instance as module
from tools.servers import postgres as postgres_module
from tools.servers import processes
from tools.servers.instance import LOADER, OWNER, READER, Instance, instances
from tools.servers.programs import postgres_programs
from tools.servers.users import is_root
from tools.tests.programs import executable


@pytest.fixture
def fresh(servers_folder: Path) -> Iterator[Instance]:
    """Servers that no other test uses, not yet started."""
    made = Instance("fresh")
    yield made
    if made.exists():
        made.remove()


def ask(instance: Instance, question: str, role: str = OWNER) -> object:
    with psycopg.connect(instance.url(role), connect_timeout=5) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


def redis_of(instance: Instance) -> redis.Redis:
    return redis.Redis.from_url(instance.redis.url(), socket_timeout=5)


def pids(instance: Instance) -> tuple[int | None, int | None]:
    return instance.postgres.pid(), instance.redis.pid()


def test_they_respond_and_have_postgis(running: Instance) -> None:
    assert str(ask(running, "SELECT postgis_version()", READER)).startswith("3.")
    with contextlib.closing(redis_of(running)) as client:
        assert client.ping()


def test_a_second_start_changes_nothing(running: Instance) -> None:
    before = pids(running)
    running.start()
    assert pids(running) == before
    assert None not in before


def test_they_never_run_as_root(running: Instance) -> None:
    for pid in pids(running):
        owner = Path(f"/proc/{pid}").stat().st_uid
        assert owner != 0 if is_root() else owner == os.geteuid()


def test_other_users_cannot_read_their_files(running: Instance) -> None:
    for folder in (running.postgres.folder, running.redis.folder):
        assert folder.stat().st_mode & 0o077 == 0
    assert (running.folder / "state.json").stat().st_mode & 0o077 == 0


def test_they_listen_on_this_machine_only(running: Instance) -> None:
    assert ask(running, "SHOW listen_addresses") == "127.0.0.1"
    assert running.sql("SHOW unix_socket_directories", database="postgres") == ""
    with contextlib.closing(redis_of(running)) as client:
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_a_wrong_password_is_refused(running: Instance) -> None:
    address = running.postgres.url("la311", READER, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)


def test_the_reader_may_not_write(running: Instance) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(running, "CREATE TABLE mine (a int)", READER)


def test_the_readers_queries_have_a_time_limit(running: Instance) -> None:
    assert ask(running, "SHOW statement_timeout", READER) == "15s"
    assert ask(running, "SHOW statement_timeout", LOADER) == "0"


def test_the_cache_is_bounded_and_kept_nowhere(running: Instance) -> None:
    with contextlib.closing(redis_of(running)) as client:
        found = client.config_get("maxmemory", "maxmemory-policy", "save", "appendonly")
    assert found == {
        "maxmemory": str(256 * 2**20),
        "maxmemory-policy": "allkeys-lru",
        "save": "",
        "appendonly": "no",
    }


def test_the_description_is_what_a_test_needs(running: Instance) -> None:
    described = running.describe()
    assert described["postgres"]["pid"] == running.postgres.pid()
    assert described["postgres"]["owner_url"] == running.url(OWNER)
    assert described["redis"]["url"] == running.redis.url()


def test_life_cycle_of_servers(fresh: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop, start, kill, start, lose the port, remove: all in one test, because each start costs a second."""
    fresh.start()
    # Only the first start needs space.
    monkeypatch.setattr(postgres_module, "NEEDED_MB", 9_000_000_000)
    addresses = fresh.url(OWNER), fresh.redis.url()
    _keep_a_row(fresh)
    first = pids(fresh)
    fresh.stop()
    assert pids(fresh) == (None, None)
    assert not any(processes.is_alive(pid) for pid in first if pid)
    fresh.stop()

    fresh.start()
    assert (fresh.url(OWNER), fresh.redis.url()) == addresses
    assert _kept(fresh) == 1

    _kill(fresh)
    fresh.start()
    assert _kept(fresh) == 1

    fresh.stop()
    with socket.create_server(("127.0.0.1", fresh.postgres.port)):
        fresh.start()
        assert fresh.url(OWNER) != addresses[0]
        assert _kept(fresh) == 1

    fresh.remove()
    assert not fresh.folder.exists()
    assert instances() == []


def _keep_a_row(instance: Instance) -> None:
    with psycopg.connect(instance.url(OWNER)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS a")


def _kept(instance: Instance) -> object:
    return ask(instance, "SELECT a FROM kept")


def _kill(instance: Instance) -> None:
    """Kill the servers without cleanup, as in a crash."""
    for pid in pids(instance):
        assert pid
        os.kill(pid, signal.SIGKILL)
        assert processes.wait_until(lambda pid=pid: not processes.is_alive(pid), 10)  # type: ignore[misc]


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A newer version of Postgres has been installed beside the one in use."""
    newest = tmp_path / "bin"
    (tmp_path / "extension").mkdir()
    (tmp_path / "extension" / "postgis.control").touch()
    executable(newest, "pg_config", f"test $1 = --sharedir && echo {tmp_path} || echo PostgreSQL 99")
    for program in ("initdb", "pg_ctl"):
        executable(newest, program, "exit 1")
    # A newer client can talk to older servers.
    (newest / "psql").symlink_to(postgres_programs() / "psql")
    monkeypatch.setenv("PATH", str(newest), prepend=os.pathsep)
    postgres_programs.cache_clear()
    assert postgres_programs() == newest
    yield
    postgres_programs.cache_clear()


def test_data_are_read_by_the_version_that_wrote_them(
    fresh: Instance, request: pytest.FixtureRequest
) -> None:
    fresh.start(redis=False)
    fresh.stop(redis=False)
    request.getfixturevalue("newer")
    fresh.start(redis=False)
    assert fresh.postgres.pid()
    fresh.stop(redis=False)
    (fresh.postgres.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(Problem, match="apt-get install postgresql-14-postgis-3"):
        fresh.start(redis=False)


INTERRUPTED = """
for option in "$@"; do case $option in --pgdata=*) data=${option#*=};; esac; done
mkdir -p "$data" && echo 15 > "$data/PG_VERSION"; exit 1
"""


def test_files_whose_creation_was_interrupted_are_created_again(
    fresh: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Initdb writes PG_VERSION first."""
    executable(tmp_path, "initdb", INTERRUPTED)
    with monkeypatch.context() as patch:
        patch.setattr(postgres_module, "postgres_programs", lambda _: tmp_path)
        with pytest.raises(Problem, match="PostgreSQL did not create its files"):
            fresh.start(redis=False)
    fresh.start(redis=False)
    assert ask(fresh, "SHOW port") == str(fresh.postgres.port)


IMPATIENT = """
programs={}
case "$*" in *start*) "$programs/pg_ctl" "$@" -W
    until test -s "$2/postmaster.pid"; do sleep 0.01; done
    exit 1;;
esac
exec "$programs/pg_ctl" "$@"
"""


def test_a_server_that_recovers_for_long_is_awaited(
    fresh: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It listens already, so its port looks taken; pg_ctl gives up after a minute."""
    fresh.start(redis=False)
    port, real = fresh.postgres.port, postgres_programs()
    fresh.stop(redis=False)
    executable(tmp_path, "pg_ctl", IMPATIENT.format(real))
    with monkeypatch.context() as patch:
        patch.setattr(postgres_module, "postgres_programs", lambda _: tmp_path)
        fresh.start(redis=False)
    assert fresh.postgres.port == port
    assert ask(fresh, "SELECT 1") == 1


def test_one_server_starts_without_the_other(fresh: Instance) -> None:
    fresh.start(postgres=False)
    assert fresh.redis.pid()
    assert not fresh.postgres.folder.exists()


def test_a_full_disk_stops_a_start_before_it_begins(fresh: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module, "NEEDED_MB", 9_000_000_000)
    with pytest.raises(Problem, match=r"PostgreSQL needs about 9,000,000,000 MB"):
        fresh.start(redis=False)
    assert not fresh.postgres.data.exists()


def test_a_server_that_cannot_start_shows_its_log(fresh: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module.Postgres, "_settings", lambda _: "shared_buffers = 'much'\n")
    with pytest.raises(
        Problem, match=r"PostgreSQL did not start:(.|\n)*invalid value for parameter \"shared_buffers\""
    ):
        fresh.start(redis=False)


def test_a_rejected_step_shows_the_error_of_postgres(running: Instance) -> None:
    with pytest.raises(Problem, match=r"rejected a setup step:(.|\n)*division by zero"):
        running.sql("SELECT 1/0", database="postgres")


@pytest.mark.parametrize("name", ["", "Up", "a b", "../up", "x" * 42])
def test_names_are_restricted(name: str) -> None:
    with pytest.raises(Problem, match="is not a valid name"):
        Instance(name)


def test_unknown_servers_are_a_problem(servers_folder: Path) -> None:
    with pytest.raises(Problem, match="no servers named 'unknown'"):
        _ = Instance("unknown").state
    assert module.instances() == []
