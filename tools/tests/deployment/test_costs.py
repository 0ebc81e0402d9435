"""The table of costs in terraform/README.md matches the planned resources and is within the limits."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tools.deployment import prices
from tools.deployment.costs import STAGES, plan_file
from tools.tests.deployment.stages import Stage

pytestmark = [pytest.mark.deployment, pytest.mark.timeout(3600)]


def first_plan(stage: Stage) -> dict[str, Any]:
    """The plan of a new stage, stored for the command that writes the table."""
    stage.init()
    plan = stage.plan()
    plan_file(stage.name).write_text(json.dumps(plan))
    return plan


def test_costs_are_those_of_the_planned_resources(account: str) -> None:
    certificate = Stage("seed", account, "").do("seed")
    stages = [Stage(name, account, certificate) for name in STAGES]
    with ThreadPoolExecutor(2) as pool:
        plans = dict(zip(STAGES, pool.map(first_plan, stages), strict=True))
    assert prices.compare(plans) == prices.written(), "run `python3 -m tools.deployment.costs`"
