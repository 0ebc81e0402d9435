"""A short version of ``make attack``: a few rounds here, two minutes of everything with ``-m slow``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attack_runs.disturbances import DISTURBANCES
from attack_runs.faults import FAULTS
from attack_runs.forked import Runs
from attack_runs.places import LIVE, Places
from attack_runs.storm import Storm
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW
from pipeline_tests.programs import FOLDER, wait_served
from pipeline_tests.real_api import free_port

from portal.faults import KINDS

SEED = 311
ROUNDS = 2
ROWS = 1_500
Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    """A sample portal in a separate process, because forks of a process with threads may hang."""
    port = free_port()
    own = {"PORTAL_PORT": port, "PORTAL_REQUESTS": ROWS, "PORTAL_ADMIN": True, "PORTAL_TODAY": NOW.date()}
    environment = os.environ | {name: str(value) for name, value in own.items()}
    process = subprocess.Popen([sys.executable, "-m", "portal"], cwd=FOLDER, env=environment)
    try:
        wait_served(f"http://127.0.0.1:{port}/api/catalog/v1", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def storm(portal: str, database: Database, tmp_path: Path) -> Iterator[Storm]:
    """Kills and faults only; other disturbances need a server of their own."""
    ways = [way for way in DISTURBANCES if way.kind in {"kill", "fault"}]
    with databases.database() as reference:
        nowhere = dict.fromkeys(("superuser", "api", "token", "postgres_data", "instance", "root"), "")
        roles = {"owner": database.owner_url, "loader": database.loader_url, "reader": database.reader_url}
        places = Places(portal=portal, folder=str(tmp_path), **nowhere, **roles)
        yield Storm(places, SEED, Runs(portal, tmp_path), database, reference, ways=ways)


def said(capsys: pytest.CaptureFixture[str]) -> Lines:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def violations(lines: Lines) -> list[str]:
    return [line["violation"] for line in lines if "violation" in line]


def test_disturbed_runs_lose_and_double_nothing(storm: Storm, capsys: pytest.CaptureFixture[str]) -> None:
    storm.settle("the first load")
    for number in range(ROUNDS):
        storm.round(number)
    lines = said(capsys)
    assert violations(lines) == []
    assert sum(line["counts"].get("comparisons", 0) for line in lines) == ROUNDS + 1
    assert sum(line["counts"].get("kills", 0) for line in lines) > 0


def test_what_is_lost_doubled_or_changed_is_noticed(storm: Storm, capsys: pytest.CaptureFixture[str]) -> None:
    storm.settle("the first load")
    newest = "srnumber = (SELECT max(srnumber) FROM requests)"
    storm.attacked.change(f"UPDATE requests SET status = 'Lost' WHERE {newest}")
    storm.attacked.change(f"DELETE FROM service_requests WHERE {newest}")
    capsys.readouterr()
    storm.compare("round 7")
    found = violations(said(capsys))
    assert any("requests: 0 too many, 0 lost, 1 differ" in text and "'Lost'" in text for text in found)
    assert any("service_requests: 0 too many, 1 lost, 0 differ" in text for text in found)
    assert all("round 7" in text for text in found)


def test_every_fault_of_the_portal_is_used() -> None:
    assert {fault["kind"] for fault in FAULTS} == KINDS
    assert LIVE in {fault.get("dataset") for fault in FAULTS}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_minutes_of_everything() -> None:
    command = [sys.executable, "-m", "tools.attack", "--minutes", "2", "--seed", str(SEED), "--dry-run"]
    done = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2_000:]
