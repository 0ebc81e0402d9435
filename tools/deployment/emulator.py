"""An emulated AWS account for the time of a check."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tools import environments
from tools.deployment.checks import Failed, indented
from tools.deployment.terraform import FOLDER, WORK
from tools.paths import python_of
from tools.servers.ports import free_port

KEYS = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}
START_SECONDS = 120


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  this machine
    except (urllib.error.URLError, TimeoutError):
        return False
    return True


@contextmanager
def emulated_account() -> Iterator[str]:
    """Its address."""
    environments.ensure(["terraform"])
    WORK.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), WORK / "emulator.log"
    command = [str(python_of("terraform")), "tests/moto_aws.py", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=FOLDER, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(f"{url}/moto-api/"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed(indented(log.read_text()))
            time.sleep(0.5)
        yield url
    finally:
        # It keeps nothing, and ends slowly when asked.
        process.kill()
        process.wait()
