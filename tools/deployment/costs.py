"""``python3 -m tools.deployment.costs``: plan every stage in an emulated account, and write what it costs."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools.deployment import prices
from tools.deployment.analysis import STAGES
from tools.deployment.checks import Failed, indented
from tools.deployment.emulator import emulated_account
from tools.deployment.stage import Stage
from tools.deployment.terraform import program, provider_options
from tools.problem import Problem, guarded


def _plan(stage: Stage) -> dict[str, Any]:
    stage.init()
    return stage.plan()


def computed() -> str:
    """The table, from the first plan of every stage."""
    program()
    provider_options()
    with emulated_account() as endpoint:
        certificate = Stage("seed", endpoint, "").do("seed")
        stages = [Stage(name, endpoint, certificate) for name in STAGES]
        with ThreadPoolExecutor(2) as pool:
            plans = dict(zip(STAGES, pool.map(_plan, stages), strict=True))
    return prices.compare(plans)


def current() -> str:
    """Compare the README; returns the sums."""
    try:
        made = computed()
    except Problem as problem:
        raise Failed(indented(str(problem))) from problem
    if made != prices.written():
        raise Failed(indented(f"terraform/README.md: python3 -m tools.deployment.costs writes\n{made}"))
    return "USD a month:" + made.splitlines()[-1].replace("*", "").replace("| together", "").rstrip("|")


def main() -> int:
    prices.write(computed())
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
