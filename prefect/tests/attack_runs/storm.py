"""``python -m attack_runs.storm SEED FIRST SECONDS PACE``: disturbed runs, compared after each round.

A round publishes edits, disturbs a few runs of one database in its own way, lets one run complete, and
compares every row with another database that a full load has filled. All randomness in a round comes from the
seed and the round's number.
"""

from __future__ import annotations

import math
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from pipeline_tests.databases import Database
from pipeline_tests.truth import assert_sound, served_of

from attack_runs.disturbances import DISTURBANCES, Disturbance, Disturbed
from attack_runs.forked import Runs
from attack_runs.lines import count, violation
from attack_runs.places import LIVE, OLD, Places
from attack_runs.server import SmallDisk
from pipeline.columns import STORED_COLUMNS, SYSTEM_COLUMNS

Row = tuple[Any, ...]
RUNS, ROWS = "runs", "rows"
ATTACKED, REFERENCE = "la311", "reference"
COMPLETE_SECONDS = 120
LEFT = """
SELECT 'staging table ' || tablename FROM pg_tables WHERE schemaname = 'staging'
UNION ALL
SELECT 'unfinished run ' || load_run_id FROM load_runs WHERE status = 'running'
"""
PUBLISHED = ", ".join(name for name in STORED_COLUMNS if name not in SYSTEM_COLUMNS)
"""Without the portal's row ids and update times, which are kept when an equal row is republished."""


@dataclass
class Storm:
    """The attacked database and the reference, on one portal."""

    places: Places
    seed: int
    runs: Runs
    attacked: Database
    reference: Database
    disk: SmallDisk | None = None
    ways: Sequence[Disturbance] = DISTURBANCES
    rounds_per_minute: float = math.inf

    def rage(self, first: int, seconds: float) -> None:
        """Run rounds until the time is over, limited to a number per minute."""
        number, started = first, time.monotonic()
        self.settle("the first load")
        while (spent := time.monotonic() - started) < seconds:
            next_round = (number - first) * 60 / self.rounds_per_minute
            time.sleep(max(0.0, min(next_round, seconds) - spent))
            self.round(number)
            number += 1
        count(RUNS, "next round", number)
        count("memory", "run: peak MB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)

    def round(self, number: int) -> None:
        chance = Random(f"runs:{self.seed}:{number}")
        self.edit(chance, number)
        (way,) = chance.choices(self.ways, [one.weight for one in self.ways])
        where = f"seed {self.seed}, round {number}, {way.kind}"
        disturbed = Disturbed(self.places, self.runs, self.attacked, self.disk, chance, where)
        options = way.act(disturbed)
        count(RUNS, "rounds")
        self.settle(where, **options)

    def edit(self, chance: Random, number: int) -> None:
        """A day in the city: requests are closed, added and moved."""
        closed = {"status": "Closed", "closeddate": f"2026-11-2{chance.randrange(4)}T01:00:00.000"}
        row = {
            "casenumber": f"98{number:06}",
            "createddate": "2026-11-23T10:00:00.000",
            "type": "Bulky Items",
        }
        self.places.portal_does("rows", {"dataset": LIVE, "touch": chance.randrange(60), "changes": closed})
        self.places.portal_does("rows", {"dataset": LIVE, "upsert": [row]})
        self.places.portal_does(
            "rows", {"dataset": OLD, "touch": 10, "changes": {"nc": str(1 + number % 99)}}
        )

    def settle(self, where: str, **options: bool) -> None:
        """Let one run complete, and compare."""
        served = {"api_url": self.places.api, "admin_token": self.places.token} if self.places.api else {}
        self._complete(self.attacked, where, more=served, publish=bool(served), **options)
        self._complete(self.reference, where, full=True)
        try:
            self.compare(where)
        except psycopg.OperationalError as error:
            violation(ROWS, f"they could not be compared: {error}; {where}")

    def _complete(self, database: Database, where: str, **options: Any) -> None:
        started = time.monotonic()
        code, said = self.runs.complete(database, COMPLETE_SECONDS, **options)
        count(RUNS, "complete runs")
        if code:
            violation(RUNS, f"an undisturbed run ended with {code}: {said}; {where}")
        elif code is None:
            violation(
                RUNS, f"an undisturbed run took over {time.monotonic() - started:.0f} s: {said}; {where}"
            )

    def compare(self, where: str) -> None:
        for name, rows_of in (("requests", requests_of), ("service_requests", served_of)):
            ours, truth = rows_of(self.attacked), rows_of(self.reference)
            count(ROWS, "compared", len(truth))
            if ours != truth:
                violation(ROWS, f"{name}: {difference(ours, truth)}; {where}")
        for left in self.attacked.rows(LEFT):
            violation(ROWS, f"left over: {left}; {where}")
        try:
            assert_sound(self.attacked)
        except AssertionError as error:
            violation(ROWS, f"{error}; {where}")
        count(ROWS, "comparisons")


def requests_of(database: Database) -> list[Row]:
    """The published rows, without what depends on the order of loading."""
    return database.rows(f"SELECT srnumber, {PUBLISHED} FROM requests ORDER BY srnumber")


def difference(ours: list[Row], truth: list[Row]) -> str:
    """How two tables differ: their counts, and the differing fields of the first row that differs."""
    here, there = ({row[0]: row for row in rows} for rows in (ours, truth))
    changed = [key for key in here.keys() & there.keys() if here[key] != there[key]]
    first = [pair for key in sorted(changed)[:1] for pair in zip(here[key], there[key], strict=True)]
    sides = f"{len(here.keys() - there.keys())} too many, {len(there.keys() - here.keys())} lost"
    unequal = f"{len(changed)} differ, {changed[:3]} {[pair for pair in first if pair[0] != pair[1]]}"
    return f"{sides}, {unequal}, {len(ours)} rows for {len(truth)}"


def main() -> None:
    # The ``finally`` clause unmounts the small disk.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed, first, (seconds, pace) = int(sys.argv[1]), int(sys.argv[2]), map(float, sys.argv[3:])
    places = Places.given()
    disk = SmallDisk(places, ATTACKED)
    try:
        attacked, reference = places.database(ATTACKED), places.database(REFERENCE)
        runs = Runs(places.portal, Path(places.folder))
        storm = Storm(places, seed, runs, attacked, reference, disk, rounds_per_minute=pace)
        storm.rage(first, seconds)
    finally:
        disk.close()


if __name__ == "__main__":
    main()
