"""Both stages in one emulated account, from nothing to nothing: what a team would do in the first week.

apply → nothing left to do → a deployment, which Terraform follows → a change shows only itself → one stage
goes, the other does not notice → nothing is left. It proves no permission, no quota and no engine version:
the emulator enforces none.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tools.deployment.checks import Failed, indented
from tools.deployment.emulator import emulated_account
from tools.deployment.stage import Stage
from tools.deployment.terraform import program, provider_options

# Nothing has moved since the plan before it.
CHANGE = ("-var=api_tasks={min=2,max=4}", "-refresh=false")
CHANGED = {"module.api.aws_appautoscaling_target.this[0]"}
# The emulator has no private origins of CloudFront, so the small stage is only planned: see prices.py.
APPLIED = ("dev", "prod")


def make(stage: Stage) -> int:
    """Apply it twice, as it were; returns the number of resources."""
    stage.apply()
    stage.expect("applied", set())
    return len(stage.resources())


def both_stages() -> str:
    """The whole loop; returns what was there at its height."""
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
