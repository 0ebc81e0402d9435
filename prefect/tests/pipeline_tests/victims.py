"""Runs that are killed on purpose, and a reader that watches the database meanwhile."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW

TRANSPORTS = itertools.cycle(("soda2", "soda3"))
FOLDER = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
INVARIANTS = """
SELECT (SELECT generation FROM data_generation),
       (SELECT count(*) FROM requests),
       (SELECT count(*) FROM service_requests),
       (SELECT coalesce(sum(requests + information), 0) FROM rollup_daily),
       (SELECT coalesce(sum(requests + information), 0) FROM rollup_hour_source),
       (SELECT count(*) FROM service_requests WHERE closed_date IS NOT NULL AND NOT is_information),
       (SELECT coalesce(sum(requests), 0) FROM rollup_close_days),
       (SELECT count(*) FROM service_requests WHERE is_open AND NOT is_information),
       (SELECT coalesce(sum(requests), 0) FROM rollup_open),
       (SELECT coalesce(max(generation), 0) FROM load_runs)
"""


def start_run(database: Database, portal_url: str, **options: object) -> subprocess.Popen[str]:
    """A run in parallel with the test."""
    settings = {
        "database_loader_url": database.loader_url,
        "socrata_url": portal_url,
        "socrata_page_rows": 2_000,
        # Runs alternate between the transports: each continues where the other stopped.
        "socrata_transport": next(TRANSPORTS),
        "socrata_app_token": "a-token",
    }
    chosen = {"now": NOW.isoformat(), **options}
    path = os.pathsep.join((str(FOLDER), str(FOLDER / "tests")))
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline_tests.one_run", json.dumps(settings), json.dumps(chosen)],
        env=os.environ | {"PYTHONPATH": path},
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def complete_run(database: Database, portal_url: str, **options: object) -> None:
    """An undisturbed run; waits until the server has noticed that the previous run was killed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        run = start_run(database, portal_url, **options)
        _, errors = run.communicate(timeout=600)
        if run.returncode == 0:
            return
        if "BusyError" not in errors or time.monotonic() > deadline:
            raise AssertionError(errors[-3000:])
        time.sleep(0.2)


def strike_at(
    database: Database,
    portal_url: str,
    seconds: float,
    disturb: Callable[[], None] | None = None,
    **options: object,
) -> float:
    """Kill a run this long after it began, or disturb its environment.

    Returns 0 if the run was hit; if it had already finished, the seconds that it took.
    """
    run = start_run(database, portal_url, **options)
    if not (run.stdout and run.stdout.readline()):
        # The server has not yet noticed that the previous run was killed.
        run.communicate(timeout=PATIENCE_SECONDS)
        time.sleep(0.2)
        return strike_at(database, portal_url, seconds, disturb, **options)
    began = time.monotonic()
    try:
        run.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        disturb() if disturb else run.kill()
        run.communicate(timeout=600)
        return 0
    return time.monotonic() - began


def strike_often(amount: int, duration: float, seed: int, strike: Callable[[float], float]) -> None:
    """Strike that many runs at random, seeded moments; runs that had already finished do not count.

    ``duration``: roughly how many seconds a run takes.
    """
    chance, struck = random.Random(seed), 0
    while struck < amount:
        took = strike(chance.uniform(0, duration))
        struck += not took
        duration = took or duration


@dataclass
class Watch:
    """What a reader saw: the number of checks, and every violation."""

    looks: int = 0
    problems: list[str] = field(default_factory=list)
    states: dict[int, set[tuple[int, ...]]] = field(default_factory=dict)

    @property
    def contents(self) -> set[tuple[int, ...]]:
        """The distinct states, regardless of generation, since a repeated full load gets another one."""
        return {seen[1:-1] for states in self.states.values() for seen in states}


@contextmanager
def watched(database: Database, pause_seconds: float = 0.03) -> Iterator[Watch]:
    """Check the invariants repeatedly while the block runs, with the API's role."""
    watch, stop = Watch(), threading.Event()
    thread = threading.Thread(target=_poll, args=(database, watch, stop, pause_seconds), daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join(30)


def _poll(database: Database, watch: Watch, stop: threading.Event, pause_seconds: float) -> None:
    while not stop.is_set():
        try:
            with psycopg.connect(database.reader_url, autocommit=True) as connection:
                while not stop.is_set():
                    row = connection.execute(INVARIANTS).fetchone()
                    _judge(watch, tuple(int(value) for value in row or ()))
                    # Without a pause, this would take a core away from the run that it watches.
                    stop.wait(pause_seconds)
        except psycopg.OperationalError:
            # A restarting server disconnects its readers.
            stop.wait(0.1)


def _judge(watch: Watch, seen: tuple[int, ...]) -> None:
    generation, stored, served, daily, hourly, closed, in_closed, is_open, in_open, noted = seen
    watch.looks += 1
    is_complete = stored == served == daily == hourly and (closed, is_open) == (in_closed, in_open)
    if not is_complete or noted != generation:
        watch.problems.append(str(seen))
    watch.states.setdefault(generation, set()).add(seen)
    if len(watch.states[generation]) > 1:
        watch.problems.append(f"generation {generation} has two states: {watch.states[generation]}")
