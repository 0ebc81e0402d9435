"""Ways to disturb a run or its environment. Each returns the options of the run that recovers from it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW

from attack_runs import server
from attack_runs.faults import FAULTS
from attack_runs.forked import BUSY, UNKNOWN, ForkedRun, Runs
from attack_runs.lines import count, violation
from attack_runs.places import Places
from attack_runs.server import SmallDisk

RUNS = "runs"
Options = dict[str, bool]
AS_EVER: Options = {}
READ_ALL: Options = {"reconcile": True}
"""Only reading everything again reveals what the portal's faults have hidden."""
REBUILD: Options = {"full": True}
"""New tables, in place of those that a run has put on the small disk."""
KILLS_OF_A_ROUND = 6
HANG_SECONDS = 60
LOCK_SECONDS = 90
"""A run whose machine has vanished locks others out for at most this long."""
MODES: tuple[tuple[str, dict[str, bool]], ...] = (
    *[("incremental", {})] * 6,
    *[("full", {"full": True})] * 2,
    *[("reconcile", {"reconcile": True})] * 2,
)
OFFSETS = (-3 * 86_400, -3_600, -60, 60, 3_600, 86_400, 30 * 86_400)
typical: dict[str, float] = {mode: 0.5 for mode, _ in MODES}
"""The most recently observed duration of a run in each mode, in seconds."""


@dataclass
class Disturbed:
    """The run of a round, its environment, and its source of randomness."""

    places: Places
    runs: Runs
    database: Database
    disk: SmallDisk | None
    chance: Random
    where: str
    mode: str = field(init=False)
    options: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.choose()

    def choose(self) -> None:
        self.mode, self.options = self.chance.choice(MODES)

    def start(self, **more: Any) -> ForkedRun:
        return self.runs.start(self.database, **{**self.options, **more})

    def ended(self, run: ForkedRun) -> int | None:
        """The exit code of a run that is disturbed but not killed; a hang is a violation."""
        code = run.wait(HANG_SECONDS)
        if code is None:
            violation(RUNS, f"a run hung for {HANG_SECONDS} s; {self.where}: {run.said()}")
            run.kill()
        elif code == UNKNOWN:
            count(RUNS, "unexpected errors")
            print(f"{self.where}: {run.said()}", file=sys.stderr, flush=True)
        return code


def kill(disturbed: Disturbed) -> Options:
    """Send SIGKILL at a random moment, a few times in a row."""
    for _ in range(KILLS_OF_A_ROUND):
        disturbed.choose()
        started, run = time.monotonic(), disturbed.start()
        code = run.wait(disturbed.chance.uniform(0, typical[disturbed.mode]))
        if code is None:
            run.kill()
            count(RUNS, "kills")
            count(RUNS, f"kills of {disturbed.mode} runs")
        elif code == 0:
            typical[disturbed.mode] = time.monotonic() - started
            count(RUNS, "runs that ended before the kill")
        elif code != BUSY:
            violation(RUNS, f"an undisturbed run ended with {code}: {run.said()}; {disturbed.where}")
    return AS_EVER


def crash(disturbed: Disturbed) -> Options:
    """Postgres is shut down immediately during a run, and started again."""
    run = disturbed.start()
    early = run.wait(disturbed.chance.uniform(0, typical[disturbed.mode]))
    seconds = server.crash(disturbed.places)
    count(RUNS, "crashes of Postgres")
    if early is None:
        count(RUNS, "crashes of Postgres during a run")
        disturbed.ended(run)
    if seconds > HANG_SECONDS:
        violation(RUNS, f"Postgres took {seconds:.0f} s to come again; {disturbed.where}")
    return AS_EVER


def fault(disturbed: Disturbed) -> Options:
    """The portal has one of its faults."""
    chosen = disturbed.chance.choice(FAULTS) | {"seed": disturbed.chance.randrange(1_000)}
    disturbed.places.portal_does("faults", {"faults": [chosen]})
    try:
        code = disturbed.ended(disturbed.start())
    finally:
        disturbed.places.portal_does("faults", {"faults": []})
    count("portal faults", str(chosen["kind"]))
    count(RUNS, "portal faults survived" if code == 0 else "portal faults reported")
    return READ_ALL


def fill_disk(disturbed: Disturbed) -> Options:
    """There is no disk space for new tables."""
    if disturbed.disk is None or not disturbed.disk.is_possible:
        return REBUILD
    disturbed.disk.fill(disturbed.chance)
    try:
        code = disturbed.ended(disturbed.start())
    finally:
        disturbed.disk.empty()
    count(RUNS, "full disks" if code else "disks with enough space")
    return REBUILD


def cut(disturbed: Disturbed) -> Options:
    """The network between a run and Postgres is cut without FIN, as if the run's machine had vanished."""
    address = urlsplit(disturbed.database.loader_url)
    command = [sys.executable, "-m", "attack_runs.cut_proxy", str(address.port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdin
        assert proxy.stdout
        there = address._replace(
            netloc=address.netloc.replace(str(address.port), proxy.stdout.readline().strip())
        )
        run = disturbed.start(more={"database_loader_url": there.geturl()})
        run.wait(disturbed.chance.uniform(0, typical[disturbed.mode]))
        proxy.stdin.write("cut\n")
        proxy.stdin.flush()
        time.sleep(0.1)
        run.kill()
        started = time.monotonic()
        code, said = disturbed.runs.complete(disturbed.database, 3 * LOCK_SECONDS)
        seconds = time.monotonic() - started
    count(RUNS, "network cuts without FIN")
    if code != 0 or seconds > LOCK_SECONDS:
        violation(
            RUNS, f"{seconds:.0f} s after a cut the next run ended with {code}: {said}; {disturbed.where}"
        )
    return AS_EVER


def clock(disturbed: Disturbed) -> Options:
    """The clock of the run's machine is wrong."""
    offset = disturbed.chance.choice(OFFSETS)
    code = disturbed.ended(disturbed.start(now=NOW + timedelta(seconds=offset)))
    count(RUNS, "wrong clocks survived" if code == 0 else "wrong clocks reported")
    return READ_ALL


@dataclass(frozen=True)
class Disturbance:
    """A kind of disturbance, and how often it is chosen."""

    kind: str
    weight: int
    act: Callable[[Disturbed], Options]


DISTURBANCES = (
    Disturbance("kill", 55, kill),
    Disturbance("crash", 18, crash),
    Disturbance("fault", 50, fault),
    Disturbance("disk", 6, fill_disk),
    Disturbance("cut", 2, cut),
    Disturbance("clock", 6, clock),
)
