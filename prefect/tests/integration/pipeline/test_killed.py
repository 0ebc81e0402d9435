"""A run may be killed at any moment: the next one produces the same result as an undisturbed run."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from functools import partial

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW
from pipeline_tests.own_postgres import own_postgres
from pipeline_tests.truth import assert_sound, fingerprint, requests_of, served_of
from pipeline_tests.victims import complete_run, strike_at, strike_often, watched

from portal.controller import Controller
from portal.server import serve

SEED = int(os.environ.get("KILL_SEED", "311"))
KILLS = int(os.environ.get("KILLS", "60"))
LIVE_DATASET = "2cy6-i7zn"
Disturb = Callable[[], None]


def change_town(portal: Controller, amount: int) -> None:
    """Another day in the city: requests are closed, moved, added, or lose their location."""
    portal.touch(LIVE_DATASET, amount, {"status": "Closed", "closeddate": "2026-11-24T01:00:00.000"})
    portal.touch(LIVE_DATASET, amount // 4, {"geolocation__latitude__s": None})
    portal.touch("rq3b-xjk8", amount // 4, {"nc": "52"})
    for number in range(amount // 10):
        row = {
            "casenumber": f"99{number:06}",
            "createddate": "2026-11-23T10:00:00.000",
            "type": "Bulky Items",
        }
        portal.upsert(row, LIVE_DATASET)


def timed(database: Database, url: str) -> float:
    """Roughly how many seconds an undisturbed run takes after its start."""
    started = time.monotonic()
    complete_run(database, url)
    return time.monotonic() - started


def storm(database: Database, *, rows: int, strikes: int, disturb: Disturb | None = None) -> None:
    """Half of the strikes hit a full load, the other half an incremental run."""
    with databases.database() as undisturbed, serve(rows=rows, today=NOW.date()) as (url, portal):
        duration = timed(undisturbed, url)
        with watched(database) as watch:
            load = partial(strike_at, database, url, disturb=disturb, full=True)
            strike_often(strikes // 2, duration, SEED, load)
            complete_run(database, url, full=True)
            assert fingerprint(database) == fingerprint(undisturbed)
            change_town(portal, rows // 20)
            duration = timed(undisturbed, url)
            changes = partial(strike_at, database, url, disturb=disturb)
            strike_often(strikes - strikes // 2, duration, SEED + 1, changes)
            complete_run(database, url)
        assert requests_of(database) == requests_of(undisturbed)
        assert served_of(database) == served_of(undisturbed)
    assert_sound(database)
    assert watch.problems == []
    assert watch.looks > strikes
    assert len(watch.contents) == 3, "the reader saw the states before, between and after the loads"
    assert database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'") == []
    assert database.value("SELECT count(*) FROM load_runs WHERE status = 'running'") == 0
    print(f"{strikes} strikes at {rows:,} rows, {watch.looks} looks of a reader")


def restart_storm(patch: pytest.MonkeyPatch, *, rows: int, restarts: int) -> None:
    """Crashes and orderly restarts of Postgres in turn."""
    with own_postgres(patch) as server, databases.database() as database:
        turns = itertools.cycle((server.crash, server.restart))

        def disturb() -> None:
            next(turns)()

        storm(database, rows=rows, strikes=restarts, disturb=disturb)


def test_killed_runs_lose_and_double_nothing(database: Database) -> None:
    storm(database, rows=1_500, strikes=2)


@pytest.mark.slow
def test_restarts_of_postgres_lose_and_double_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    restart_storm(monkeypatch, rows=3_000, restarts=2)


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_sixty_kills_of_a_large_load(database: Database) -> None:
    storm(database, rows=200_000, strikes=KILLS)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_ten_restarts_of_postgres_under_a_large_load(monkeypatch: pytest.MonkeyPatch) -> None:
    restart_storm(monkeypatch, rows=200_000, restarts=10)
