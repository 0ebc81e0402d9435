"""A run in the background leaves the cores to the users, in the database too."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.programs import FOLDER

from pipeline.database import connect
from pipeline.priority import share_priority

PRINT_SESSION = """
import os, sys
from pipeline.database import connect
with connect(sys.argv[1], "test") as connection:
    workers = connection.execute("SHOW max_parallel_workers_per_gather").fetchone()[0]
    print(os.getpriority(os.PRIO_PROCESS, connection.info.backend_pid), workers)
"""


OWN = os.getpriority(os.PRIO_PROCESS, 0)
"""The niceness of these tests: 0, unless somebody runs them in the background."""


def test_a_run_with_lower_priority_gives_it_to_its_sessions(database: Database) -> None:
    command = ["nice", "-n", "7", sys.executable, "-c", PRINT_SESSION, database.loader_url]
    printed = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=True).stdout
    assert printed.split() == [str(OWN + 7), "0"]


def test_a_session_of_a_run_with_the_usual_priority_keeps_its_own(database: Database) -> None:
    with connect(database.loader_url, "test") as connection:
        assert os.getpriority(os.PRIO_PROCESS, connection.info.backend_pid) == OWN


def test_with_a_server_elsewhere_no_process_of_this_machine_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process id means another process here, or none."""
    monkeypatch.setattr(os, "getpriority", lambda *_: 7)
    niceness: list[Any] = []
    monkeypatch.setattr(os, "setpriority", lambda *arguments: niceness.append(arguments))
    for process_id in (os.getpid(), 2**22 + 1):
        info = SimpleNamespace(backend_pid=process_id, user="loader_311", dbname="la311")
        share_priority(SimpleNamespace(info=info))  # type: ignore[arg-type]
    assert niceness == []
