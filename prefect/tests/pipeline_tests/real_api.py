"""The real API next to a test, in its own environment; they communicate only by Postgres, Redis and HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline_tests.databases import Database, variable
from pipeline_tests.programs import NO_CERTIFICATES, wait_served

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".local" / "venv" / "api" / "bin" / "python"
TOKEN = "a-token-of-the-tests"


class RealApi:
    """A running API, and a client that sends requests as visitors do."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, route: str) -> Any:
        answer = httpx.get(f"{self.url}{route}", timeout=30, verify=NO_CERTIFICATES)
        answer.raise_for_status()
        return answer.json()

    @property
    def generation(self) -> int:
        return int(self.get("/status/data")["generation"] or 0)


def require_api() -> None:
    """Skip where the API's environment is not installed."""
    if not PYTHON.is_file():
        pytest.skip("the API's environment is not installed (make setup)")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def real_api(database: Database, port: int) -> Iterator[RealApi]:
    """An API of two workers on the database while the block runs."""
    settings = {
        "DATABASE_READER_URL": database.reader_url,
        "REDIS_URL": variable("TEST_REDIS_URL"),
        "ADMIN_TOKEN": TOKEN,
        "API_PORT": str(port),
        "API_STOP_SECONDS": "1",
    }
    command = [str(PYTHON), "-m", "lacity_data_api"]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=ROOT / "api", env=os.environ | settings, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            api = RealApi(f"http://127.0.0.1:{port}")
            wait_served(f"{api.url}/status/ready", process, said)
            yield api
        finally:
            process.terminate()
            process.wait(20)
