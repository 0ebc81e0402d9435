"""The report server under real gunicorn, and settings for it."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx
import redis

from config import Settings
from support.databases import variable

DASH = Path(__file__).parent.parent.parent
# Startup takes two seconds; a busy machine may need more.
START_SECONDS = 60
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of these servers: otherwise each client loads all certificates, which takes 25 ms of CPU."""
ANY_WORKER = httpx.Limits(max_keepalive_connections=0)
"""A kept connection stays with one worker, and would say nothing about the others."""
FRAMING_SITE = "https://map.example"
ADMIN_TOKEN = "token of the tests"


def settings_for(reader_url: str, **changed: object) -> Settings:
    """Settings for this database, regardless of the machine's environment; no Redis unless given."""
    return Settings.model_validate({"database_reader_url": reader_url, "redis_url": ""} | changed)


def forget_everything() -> None:
    """Empty the tests' Redis database."""
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        cache.flushdb()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Reports:
    """A running report server."""

    url: str
    process: subprocess.Popen[bytes]
    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)


@contextmanager
def serve(reader_url: str, log: Path | None = None, **variables: str) -> Iterator[Reports]:
    """Serve until the block ends, logging to a file if one is named; the block begins once it is alive."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_READER_URL": reader_url,
        "REDIS_URL": variable("TEST_REDIS_URL"),
        "REPORTS_PORT": str(port),
        "FRAME_ANCESTORS": FRAMING_SITE,
        "ADMIN_TOKEN": ADMIN_TOKEN,
        "LOG_LEVEL": "WARNING",
        **variables,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:server"]
    with log.open("wb") if log else nullcontext() as output:
        process = subprocess.Popen(command, cwd=DASH, env=environment, stdout=output)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=30, verify=NO_CERTIFICATES, limits=ANY_WORKER) as client:
            _wait(client, process)
            yield Reports(url, process, client)
    finally:
        process.terminate()
        process.wait(30)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "gunicorn ended while it started"
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the report server did not start")
