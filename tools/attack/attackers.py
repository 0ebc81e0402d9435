"""Runs the attacking programs concurrently and collects their reports."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tools.attack.places import Places
from tools.attack.tally import Tally
from tools.console import say
from tools.control_groups import ControlGroup
from tools.file_locks import ensure_folder
from tools.paths import ROOT, python_of
from tools.supervisor import MARK

PROGRESS_SECONDS = 30
STOP_SECONDS = 20
GRACE_SECONDS = 240
"""How long a round of runs may continue after the end, including the wait for a vanished run's lock."""


@dataclass(frozen=True)
class Attacker:
    """A program that attacks; ``path`` is its PYTHONPATH, by default the checkout."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    path: str = ""


def attackers(
    seed: int, seconds: float, first: Mapping[str, int], rates: Rates, limit: ControlGroup | None = None
) -> list[Attacker]:
    """All attackers, with the first round of each; ``limit`` is the control group of the runs."""

    def of_tools(name: str, module: str, *arguments: object) -> Attacker:
        return Attacker(name, (sys.executable, "-m", f"tools.attack.{module}", *map(str, arguments)))

    def of_runs(name: str, module: str, *arguments: object) -> Attacker:
        command = [str(python_of("prefect")), "-m", f"attack_runs.{module}", *map(str, arguments)]
        command = limit.command(command) if limit else command
        folder = ROOT / "prefect"
        return Attacker(name, tuple(command), folder, os.pathsep.join((str(folder), str(folder / "tests"))))

    def start(name: str) -> int:
        return first.get(name, 0)

    return [
        of_runs("runs", "storm", seed, start("runs"), seconds, rates.rounds_per_minute),
        of_runs("database checks", "watch", seconds),
        *(of_tools(one, "fuzz", one, seed, start(one), seconds, rate) for one, rate in rates.inputs.items()),
        of_tools("cache equality", "equality", seed, start("cache equality"), seconds, rates.queries),
        of_tools("readers", "readers", seconds),
    ]


@dataclass(frozen=True)
class Rates:
    """Upper limits: inputs and compared queries per second, and rounds of runs per minute.

    An hour of these rounds has a thousand kills and every fault of the portal, and leaves the clients a core.
    """

    # Two clients of the API, because each waits for its responses and the API has two workers.
    inputs: Mapping[str, float] = field(default_factory=lambda: {"API 1": 190, "API 2": 190, "reports": 15})
    queries: float = 3
    rounds_per_minute: float = 8


def attack(chosen: Sequence[Attacker], places: Places, mark: str, seconds: float, folder: Path) -> Tally:
    """Run the attackers until all have ended, and print their progress at intervals."""
    tally, lock = Tally(), threading.Lock()
    started = time.monotonic()
    ensure_folder(folder)
    running = [_start(one, places, mark, folder) for one in chosen]
    listeners = [
        threading.Thread(target=_listen, args=(process.stdout, tally, lock), daemon=True)
        for _, process in running
    ]
    for listener in listeners:
        listener.start()
    try:
        while any(process.poll() is None for _, process in running):
            _wait(running, PROGRESS_SECONDS)
            with lock:
                say(f"  {time.monotonic() - started:5.0f} s: {tally.describe()}")
            if time.monotonic() > started + seconds + GRACE_SECONDS:
                break
    finally:
        for one, process in running:
            _end(one, process, tally)
    for listener in listeners:
        listener.join(10)
    return tally


def _start(one: Attacker, places: Places, mark: str, folder: Path) -> tuple[Attacker, subprocess.Popen[str]]:
    environment = dict(os.environ) | places.variables() | {MARK: mark, "PYTHONPATH": one.path or str(ROOT)}
    with (folder / f"attacker {one.name}.log").open("w") as log:
        process = subprocess.Popen(
            one.command, cwd=one.folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    return one, process


def _listen(lines: IO[str], tally: Tally, lock: threading.Lock) -> None:
    for line in lines:
        with lock:
            tally.take(line)


def _wait(running: Sequence[tuple[Attacker, subprocess.Popen[str]]], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(process.poll() is None for _, process in running):
        time.sleep(0.2)


def _end(one: Attacker, process: subprocess.Popen[str], tally: Tally) -> None:
    """End an attacker; one that failed or did not end by itself is a violation."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        tally.violate(one.name, "the attacker did not end in time")
    elif process.returncode:
        tally.violate(one.name, f"the attacker ended with exit code {process.returncode}; see its log")
    process.wait()
