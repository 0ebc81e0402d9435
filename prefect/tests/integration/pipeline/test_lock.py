"""Only one run at a time, and the next one can start immediately."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from urllib.parse import urlsplit

import psycopg
import pytest
from pipeline_tests.databases import Database
from pipeline_tests.programs import FOLDER

from pipeline.database import Connection, connect, refuse_if_busy, run_lock
from pipeline.errors import BusyError


def test_a_second_run_learns_which_run_is_in_progress(database: Database) -> None:
    with (
        run_lock(database.loader_url),
        pytest.raises(BusyError, match=r"in progress: 311 ingest @.+, process \d+, since 2"),
    ):
        run_lock(database.loader_url).__enter__()


def test_a_run_during_a_restore_learns_what_it_may_see_of_it(database: Database) -> None:
    """A restore has another role, and Postgres hides the start of its session from the loader."""
    with psycopg.connect(database.owner_url, application_name="311 restore") as holder:
        holder.execute("SELECT pg_advisory_lock(311, 1)")
        for ask in (refuse_if_busy, lambda url: run_lock(url).__enter__()):
            with pytest.raises(BusyError, match=r"in progress: 311 restore, process \d+$"):
                ask(database.loader_url)


def test_a_run_that_has_ended_keeps_no_other_run_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even before the server has noticed that its connection is gone."""
    lingering: list[Connection] = []

    def connect_and_linger(url: str, purpose: str) -> nullcontext[Connection]:
        lingering.append(connect(url, purpose))
        return nullcontext(lingering[-1])

    monkeypatch.setattr("pipeline.database.connect", connect_and_linger)
    for _ in range(2):
        with run_lock(database.loader_url):
            pass
    for connection in lingering:
        assert not connection.closed
        connection.close()


def test_a_run_that_lost_its_connection_says_so_itself(database: Database) -> None:
    def lose_it() -> None:
        with run_lock(database.loader_url) as connection:
            connection.close()
            raise RuntimeError("what went wrong")

    with pytest.raises(RuntimeError, match="what went wrong"):
        lose_it()


@contextmanager
def cuttable(database: Database) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The loader's database URL through a proxy that drops every packet once it reads a line on its input."""
    address = urlsplit(database.loader_url)
    command = [sys.executable, "-m", "attack_runs.cut_proxy", str(address.port)]
    with subprocess.Popen(
        command, cwd=FOLDER / "tests", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as proxy:
        assert proxy.stdout
        port = proxy.stdout.readline().strip()
        yield address._replace(netloc=address.netloc.replace(str(address.port), port)).geturl(), proxy


@pytest.mark.slow
@pytest.mark.parametrize("statement", ["SELECT 1", "SELECT pg_sleep(1), repeat('x', 1000)"])
def test_a_run_whose_machine_vanished_keeps_others_out_for_a_minute_at_most(
    statement: str, database: Database
) -> None:
    """Keepalives end a silent session, but none are sent while a result waits to be acknowledged."""
    with cuttable(database) as (url, proxy), psycopg.connect(url, autocommit=True) as vanished:
        assert proxy.stdin
        vanished.execute("SELECT pg_advisory_lock(311, 1)")
        vanished.pgconn.send_query(statement.encode())
        time.sleep(0.3)
        proxy.stdin.write("cut\n")
        proxy.stdin.flush()
        assert _seconds_until_free(database) < 65
        vanished.close()


def _seconds_until_free(database: Database) -> float:
    started = time.monotonic()
    while time.monotonic() < started + 120:
        try:
            with run_lock(database.loader_url):
                return time.monotonic() - started
        except BusyError:
            time.sleep(0.5)
    return time.monotonic() - started
