"""An emulated AWS account."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tools.deployment.costs import WORK
from tools.paths import python_of
from tools.servers.ports import free_port
from tools.servers.processes import wait_until
from tools.tests.deployment.terraform import FOLDER, program, provider_options

START_SECONDS = 120


def _responds(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except (urllib.error.URLError, TimeoutError):
        return False
    return True


@pytest.fixture
def account() -> Iterator[str]:
    """The address of an empty account."""
    program()
    provider_options()
    WORK.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), WORK / "emulator.log"
    command = [str(python_of("terraform")), "tests/moto_aws.py", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=FOLDER, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        assert wait_until(lambda: _responds(f"{url}/moto-api/"), START_SECONDS, every=0.5), log.read_text()
        yield url
    finally:
        # The emulator stores nothing, and stops too slowly on SIGTERM.
        process.kill()
        process.wait()
