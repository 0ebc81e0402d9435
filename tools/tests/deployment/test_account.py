"""Two stages in one emulated account, from creation to destruction: the first week of a team.

This proves nothing about permissions, quotas or engine versions, because the emulator enforces none.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.tests.deployment.stages import FAILED, Stage

pytestmark = [pytest.mark.deployment, pytest.mark.timeout(3600)]
# Nothing has changed since the previous plan.
CHANGE = ("-var=api_tasks={min=2,max=4}", "-refresh=false")
CHANGED = {"module.api.aws_appautoscaling_target.this[0]"}
# The emulator has no private origins and no header policies of CloudFront, so the small stage, and the
# distribution of the files, are only planned: test_costs.py.
APPLIED = ("dev", "prod")
KEY = "module.secrets.aws_kms_key.this"
WITHOUT_FILES = "-var=has_files=false"


def test_stages_are_created_changed_and_destroyed(account: str) -> None:
    # What people do in the account, whatever stages there are.
    outside = Stage("seed", account, "")
    certificate = outside.do("seed")
    stages = [Stage(name, account, certificate, WITHOUT_FILES) for name in APPLIED]
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
    assert outside.do("keys") == "2"
    dev.destroy()
    assert outside.do("keys") == "1"
    prod.expect("without dev", set())
    prod.do("unprotect", "la311-prod")
    # The key of the final snapshot stays, and is all that Terraform cannot delete.
    prod.destroy(good=FAILED)
    assert prod.managed() == [KEY]
    prod.terraform("state", "rm", KEY)
    prod.destroy()
    assert outside.do("keys") == "1"
    assert [name for stage in stages for name in stage.resources()] == []
