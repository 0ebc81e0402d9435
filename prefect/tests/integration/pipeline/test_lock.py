"""One run at a time, and the next one at once."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from pipeline_tests.databases import Database

from pipeline.database import Connection, connect, run_lock
from pipeline.errors import BusyError


def test_a_second_run_learns_which_run_is_in_progress(database: Database) -> None:
    with run_lock(database.loader_url), pytest.raises(BusyError, match="in progress: 311 ingest @"):
        run_lock(database.loader_url).__enter__()


def test_a_run_that_has_ended_keeps_no_other_run_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even while the server has yet to notice that its connection is gone."""
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
