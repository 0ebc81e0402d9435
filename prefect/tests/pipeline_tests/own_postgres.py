"""A Postgres for a single test, because the test stops it; the other suites share theirs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline_tests.databases import in_database

ROOT = Path(__file__).parents[3]
DATABASE = "la311"


class OwnPostgres:
    """A server that can be restarted; it is managed by the same tools that run the whole system."""

    def __init__(self) -> None:
        # A name that the next test run removes if this one is killed.
        self.name = f"test-{os.getpid()}"

    def start(self, *more: str) -> dict[str, Any]:
        """Start it if it is not running; returns how ``tools.services`` describes its Postgres."""
        said: dict[str, Any] = json.loads(self._services("start", "--postgres", *more))
        described: dict[str, Any] = said["postgres"]
        return described

    def crash(self) -> None:
        """Stop it immediately, without notifying its clients, and start it again."""
        postmaster = psutil.Process(self.start()["pid"])
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(30)
        self.start()

    def restart(self) -> None:
        """Stop it as an administrator would, with every session notified, and start it again."""
        self._services("stop", "--postgres")
        self.start()

    def remove(self) -> None:
        self._services("remove")

    def _services(self, command: str, *more: str) -> str:
        whole = [sys.executable, "-m", "tools.services", command, "--name", self.name, *more]
        done = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def own_postgres(patch: pytest.MonkeyPatch) -> Iterator[OwnPostgres]:
    """While the block runs, the tests' databases come from a migrated server of their own."""
    server = OwnPostgres()
    try:
        described = server.start("--migrate")
        for role, url in (("ADMIN", "owner_url"), ("LOADER", "loader_url"), ("READER", "reader_url")):
            patch.setenv(f"TEST_{role}_URL", in_database(described[url], "postgres"))
        patch.setenv("TEST_TEMPLATE", DATABASE)
        yield server
    finally:
        server.remove()
