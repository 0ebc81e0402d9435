"""The real API on a database, run by its own environment: the map draws its tiles."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from support.databases import variable
from support.serving import DASH, START_SECONDS, free_port

API = DASH.parent / "api"
PYTHON = DASH.parent / ".local" / "venv" / "api" / "bin" / "python"


@contextmanager
def serve_api(reader_url: str) -> Iterator[str]:
    """Its address, until the block ends."""
    if not PYTHON.exists():
        pytest.skip("the API's environment is not installed: `make setup` does it")
    port = free_port()
    environment = os.environ | {
        "DATABASE_READER_URL": reader_url,
        "REDIS_URL": variable("TEST_REDIS_URL"),
        "API_PORT": str(port),
        "API_WORKERS": "1",
        "CACHE_REDIS_MB": "0",
    }
    process = subprocess.Popen(
        [str(PYTHON), "-m", "lacity_data_api"], cwd=API, env=environment, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the API ended while it started"
        try:
            if httpx.get(f"{url}/status/live", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the API did not start")
