"""``python flow.py`` as people and schedulers start it, and waiting for other programs."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import httpx
import psutil

from pipeline_tests.databases import Database

FOLDER = Path(__file__).parents[2]
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of servers without TLS: otherwise each loads all certificates, which takes 25 ms of CPU."""
START_SECONDS = 60
SETTINGS = ("DATABASE_LOADER_URL", "SOCRATA_URL", "API_URL", "PREFECT_API_URL", "SLACK_WEBHOOK_URL")


def environment_for(database: Database, portal_url: str, **more: str) -> dict[str, str]:
    """The machine's environment without its own settings, plus those of the test."""
    machine = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    own = {"DATABASE_LOADER_URL": database.loader_url, "SOCRATA_URL": portal_url, "API_URL": ""}
    quick = {"SOCRATA_BACKOFF_SECONDS": "0.01", "SOCRATA_ATTEMPTS": "2"}
    return machine | own | quick | more


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """A run of the flow at the tests' time, with its output in one pipe."""
    paths = os.pathsep.join((str(FOLDER), str(FOLDER / "tests")))
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline_tests.flow_at", *arguments],
        env=environment | {"PYTHONPATH": paths},
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def call(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Exit code and output of a run."""
    run = start(environment, *arguments)
    output, _ = run.communicate(timeout=800)
    return run.returncode, output


def descendants(run: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that the run has started so far."""
    return psutil.Process(run.pid).children(recursive=True)


def wait_gone(processes: list[psutil.Process], seconds: float = 60) -> list[psutil.Process]:
    """Those that are still alive after that time."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def wait_until(is_so: object, seconds: float = 180) -> None:
    """Wait for a condition. Raises AssertionError if it does not become true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def wait_served(url: str, process: subprocess.Popen[bytes], log: IO[str] | None = None) -> None:
    """Wait until the program responds with 200 at this address.

    Raises AssertionError with the end of its log if it exits or does not respond.
    """
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False, verify=NO_CERTIFICATES) as client:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.TransportError):
                if client.get(url).status_code == 200:
                    return
            time.sleep(0.05)
    if log:
        log.seek(0)
    raise AssertionError(
        f"no response from {url}, exit code {process.poll()}: {log.read()[-3000:] if log else ''}"
    )
