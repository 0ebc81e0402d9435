"""Both stages in one emulated account, from nothing to nothing: what a team does in its first week.

It proves no permission, no quota and no engine version: the emulator enforces none.
"""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.paths import python_of
from tools.servers.ports import free_port
from tools.servers.processes import wait_until
from tools.tests.deployment.stages import STAGES, Stage
from tools.tests.deployment.terraform import FOLDER, WORK, program, provider_options

pytestmark = [pytest.mark.deployment, pytest.mark.timeout(3600)]
# Nothing has changed since the plan before.
CHANGE = ("-var=api_tasks={min=2,max=4}", "-refresh=false")
CHANGED = {"module.api.aws_appautoscaling_target.this"}
START_SECONDS = 120


def _responds(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except (urllib.error.URLError, TimeoutError):
        return False
    return True


@pytest.fixture
def account() -> Iterator[str]:
    """The address of an emulated AWS account."""
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
        # It stores nothing, and is slow to end on request.
        process.kill()
        process.wait()


def test_stages_are_created_changed_and_destroyed(account: str) -> None:
    certificate = Stage("seed", account, "").do("seed")
    stages = [Stage(name, account, certificate) for name in STAGES]
    dev, prod = stages
    for stage in stages:
        stage.init()
    with ThreadPoolExecutor(len(stages)) as pool:
        list(pool.map(Stage.apply, stages))
    for stage in stages:
        assert stage.resources()
        stage.expect("applied", set())
    dev.do("deploy")
    dev.expect("deployed", set())
    dev.expect("changed", CHANGED, *CHANGE)
    dev.destroy()
    prod.expect("without dev", set())
    prod.do("unprotect", "la311-prod")
    prod.destroy()
    assert [name for stage in stages for name in stage.resources()] == []
