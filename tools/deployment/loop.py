"""Both stages in one emulated account, from nothing to nothing: the first week of a team.

apply → empty plan → a deployment, which Terraform follows → a change plans only itself → destroying one stage
leaves the other unchanged → nothing is left. It proves no permission, no quota and no engine version:
the emulator enforces none.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tools.deployment.checks import Failed, indented
from tools.deployment.emulator import emulated_account
from tools.deployment.stage import Stage
from tools.deployment.terraform import program, provider_options

# Nothing has changed since the previous plan.
CHANGE = ("-var=api_tasks={min=2,max=4}", "-refresh=false")
CHANGED = {"module.api.aws_appautoscaling_target.this[0]"}
# The emulator has no private origins of CloudFront, so the small stage is only planned: see costs.py.
APPLIED = ("dev", "prod")


def make(stage: Stage) -> int:
    """Apply, and plan again; returns the number of resources."""
    stage.apply()
    stage.expect("applied", set())
    return len(stage.resources())


def both_stages() -> str:
    """The whole loop; returns the number of resources at its peak."""
    program()
    provider_options()
    with emulated_account() as endpoint:
        return _loop(endpoint)


def _loop(endpoint: str) -> str:
    certificate = Stage("seed", endpoint, "").do("seed")
    stages = [Stage(name, endpoint, certificate) for name in APPLIED]
    dev, prod = stages
    for stage in stages:
        stage.init()
    with ThreadPoolExecutor(len(stages)) as at_once:
        counts = list(at_once.map(make, stages))
    dev.do("deploy")
    dev.expect("deployed", set())
    dev.expect("changed", CHANGED, *CHANGE)
    dev.destroy()
    prod.expect("without dev", set())
    prod.do("unprotect", "la311-prod")
    prod.destroy()
    if left := [name for stage in stages for name in stage.resources()]:
        raise Failed(indented("\n".join(left)))
    return (
        f"{counts[0]} resources in dev and {counts[1]} in prod, made, planned, deployed, changed, destroyed"
    )
