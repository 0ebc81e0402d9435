"""A night may be killed at any moment: the next one ends where an undisturbed one would."""

from __future__ import annotations

import os
import time

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.nights import NOW
from pipeline_tests.truth import assert_sound, fingerprint, requests_of, served_of
from pipeline_tests.victims import complete_night, kill_at, moments, watched

from portal.controller import Controller
from portal.server import serve

SEED = int(os.environ.get("KILL_SEED", "311"))
LIVE_DATASET = "2cy6-i7zn"


def change_town(portal: Controller, amount: int) -> None:
    """Another day in town: closed requests, moved ones, ones that lose their place, new ones."""
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


def kill_through(database: Database, url: str, amount: int, duration: float, seed: int) -> set[str]:
    """Kill that many nights at random moments; returns how far they had come."""
    return {kill_at(database, url, moment) for moment in moments(amount, duration, seed)}


def timed(database: Database, url: str) -> float:
    """Seconds of an undisturbed night after its beginning, roughly."""
    started = time.monotonic()
    complete_night(database, url)
    return time.monotonic() - started


def storm(database: Database, *, rows: int, kills: int) -> None:
    """Kill half of the nights in the first load and half in a night of changes."""
    with databases.database() as undisturbed, serve(rows=rows, today=NOW.date()) as (url, portal):
        duration = timed(undisturbed, url)
        with watched(database) as watch:
            kill_through(database, url, kills // 2, duration, SEED)
            complete_night(database, url)
            assert fingerprint(database) == fingerprint(undisturbed)
            change_town(portal, rows // 20)
            duration = timed(undisturbed, url)
            kill_through(database, url, kills - kills // 2, duration, SEED + 1)
            complete_night(database, url)
        assert requests_of(database) == requests_of(undisturbed)
        assert served_of(database) == served_of(undisturbed)
    assert_sound(database)
    assert watch.problems == []
    assert watch.looks > kills
    assert database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'") == []
    assert database.value("SELECT count(*) FROM load_runs WHERE status = 'running'") == 0


def test_killed_nights_lose_and_double_nothing(database: Database) -> None:
    storm(database, rows=6_000, kills=6)


@pytest.mark.slow
def test_sixty_kills_of_a_large_load(database: Database) -> None:
    storm(database, rows=200_000, kills=60)
