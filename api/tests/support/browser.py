"""A browser that can reach only this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# This browser cannot resolve any other host name, as on a machine without a network.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
BROWSER = "chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--enable-logging=stderr",
    "--virtual-time-budget=10000",
    "--dump-dom",
]
ERROR = re.compile(r"CONSOLE.*(Content Security Policy|Refused|ERR_|Error)", re.IGNORECASE)


def open_page(url: str, profile: Path, *more: str) -> tuple[str, str]:
    """The page's elements once it is idle, and what the browser logged."""
    program = shutil.which(BROWSER)
    if program is None:
        pytest.fail(f"{BROWSER} is not installed: `make setup` does it", pytrace=False)
    command = [program, *ARGUMENTS, OFFLINE, *more, f"--user-data-dir={profile}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout, done.stderr


def console_errors(log: str) -> list[str]:
    """The lines about anything that the page's policy blocked, or that failed to load or to run."""
    return [line for line in log.splitlines() if ERROR.search(line)]
