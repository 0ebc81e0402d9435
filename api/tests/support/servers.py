"""Servers that a test may kill: its own PostgreSQL, Redis and API."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.databases import Database
from tests.support.serving import ADMIN_TOKEN, NO_CERTIFICATES

API = Path(__file__).parents[2]
ROOT = API.parent
START_SECONDS = 120


class Servers:
    """A private PostgreSQL and Redis; removed at the end, or by the next run if this one is killed."""

    def __init__(self) -> None:
        self.name = f"test-{os.getpid()}"
        servers = self._call("start", "--migrate")
        self.postgres: dict[str, Any] = servers["postgres"]
        self.redis: dict[str, Any] = servers["redis"]
        urls = (self.postgres[f"{role}_url"] for role in ("owner", "loader", "reader"))
        self.database = Database("la311", *urls)

    def _call(self, command: str, *options: str) -> dict[str, Any]:
        line = [sys.executable, "-m", "tools.services", command, "--name", self.name, *options]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        servers: dict[str, Any] = json.loads(done.stdout)
        return servers

    def kill_redis(self) -> None:
        os.kill(self.redis["pid"], signal.SIGKILL)

    def kill_postgres(self) -> None:
        """Stop it immediately, as a crash would: all connections are cut off."""
        os.kill(self.postgres["pid"], signal.SIGQUIT)

    def start(self) -> None:
        """Start the stopped servers on their previous ports."""
        servers = self._call("start")
        assert (servers["postgres"]["port"], servers["redis"]["port"]) == (
            self.postgres["port"],
            self.redis["port"],
        )
        self.postgres, self.redis = servers["postgres"], servers["redis"]

    def remove(self) -> None:
        self._call("remove")


@contextmanager
def own_servers() -> Iterator[Servers]:
    servers = Servers()
    try:
        yield servers
    finally:
        servers.remove()


@dataclass
class Program:
    """``python -m lacity_data_api`` in separate processes."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def stop(self) -> int:
        """Send SIGTERM; returns the exit code."""
        self.process.terminate()
        return self.process.wait(START_SECONDS)

    def written(self) -> str:
        return self.log.read_text()


def environment_for(database: Database, redis_url: str, **more: str) -> dict[str, str]:
    """The machine's environment plus the settings of one API."""
    chosen = {
        "DATABASE_READER_URL": database.reader_url,
        "REDIS_URL": redis_url,
        "ADMIN_TOKEN": ADMIN_TOKEN,
        "API_PORT": str(free_port()),
        "API_WORKERS": "2",
        "CACHE_REDIS_MB": "0",
    }
    return os.environ | chosen | more


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def program(environment: dict[str, str]) -> Iterator[Program]:
    """The API as an operator starts it, once it reports that it is ready."""
    line = [sys.executable, "-m", "lacity_data_api"]
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        process = subprocess.Popen(line, cwd=API, env=environment, stdout=log, stderr=log)
        running = Program(process, f"http://127.0.0.1:{environment['API_PORT']}", Path(log.name))
        try:
            _wait_ready(running)
            yield running
        finally:
            if process.poll() is None:
                running.stop()


def _wait_ready(running: Program) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(verify=NO_CERTIFICATES) as client:
        while time.monotonic() < deadline:
            assert running.process.poll() is None, "the API ended while it started"
            with suppress(httpx.TransportError):
                if client.get(f"{running.url}/status/ready").status_code == 200:
                    return
            time.sleep(0.05)
    raise AssertionError(f"the API is not ready in time: {running.written()[:3000]}")
