"""``python -m pipeline.files`` as an operator starts it, and as a crash ends it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline_tests.databases import Database

from pipeline.errors import BusyError

FOLDER = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
BEGUN = "files: writing"
END_RUN = """
SELECT pg_terminate_backend(pid) FROM pg_locks
  JOIN pg_database ON pg_database.oid = database AND datname = current_database()
 WHERE locktype = 'advisory' AND classid = 311
"""
"""Ends the session that holds the run lock, as a failover of the database does."""


def start(
    database: Database, location: str, before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """Start a process that writes the files; ``before`` runs in it first."""
    arguments = ["--location", location, "--database", database.loader_url]
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.files", *arguments],
        cwd=FOLDER,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,  # noqa: PLW1509  limits of the process itself
    )


def complete(database: Database, location: str) -> float:
    """Write all files; returns the seconds of writing. Waits until the server has noticed a killed run."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        process = start(database, location)
        seconds = _seconds_of_writing(process)
        if process.returncode == 0:
            return seconds
        assert process.returncode == BusyError.exit_code
        assert time.monotonic() < deadline, "the lock of the killed run is not freed"
        time.sleep(0.2)


def _seconds_of_writing(process: subprocess.Popen[str]) -> float:
    begun = time.monotonic()
    assert process.stderr
    with process.stderr as log:
        for line in log:
            if BEGUN in line:
                begun = time.monotonic()
    process.wait()
    return time.monotonic() - begun


def kill(database: Database, location: str, seconds: float, luck: random.Random) -> bool:
    """Kill a writing process at a random moment; returns whether it was still working."""
    while True:
        process = start(database, location)
        assert process.stderr
        if any(BEGUN in line for line in iter(process.stderr.readline, "")):
            break
        process.stderr.close()
        assert process.wait() == BusyError.exit_code
        time.sleep(0.2)
    time.sleep(luck.uniform(0, seconds))
    was_working = process.poll() is None
    process.kill()
    process.wait()
    process.stderr.close()
    return was_working
