"""Servers for benchmarks: the API as deployed, the API without its memory cache, and constant bytes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

START_SECONDS = 60
WORKERS = 2
UVICORN = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environment: Mapping[str, str], port: int, ready: str) -> Iterator[str]:
    variables = {**os.environ, **environment, "API_PORT": str(port)}
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}{ready}", process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not respond")


@contextmanager
def api() -> Iterator[str]:
    """The API as it is deployed, with two workers."""
    port = free_port()
    command = [sys.executable, "-m", "lacity_data_api"]
    with running(command, {"API_WORKERS": str(WORKERS)}, port, "/status/ready") as url:
        yield url


@contextmanager
def uncached() -> Iterator[str]:
    """The API without its memory cache, with one worker."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.uncached:create_app"]
    with running([*command, "--port", str(port), *UVICORN], {}, port, "/status/ready") as url:
        yield url


@contextmanager
def constant() -> Iterator[str]:
    """The server of constant bytes, with as many workers as the API."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.constant:app", "--workers", str(WORKERS)]
    with running([*command, "--port", str(port), *UVICORN], {}, port, "/2") as url:
        yield url
