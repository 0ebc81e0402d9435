"""``python3 -m tools.deployment.costs``: write the cost of each stage to terraform/README.md.

It reads the plans that ``make deploy-check`` stores, one for each new stage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tools.deployment import prices
from tools.paths import LOCAL
from tools.problem import Problem, guarded

STAGES = ("dev", "prod", "small")
WORK = LOCAL / "deploy-check"


def plan_file(stage: str) -> Path:
    """Where the plan of a stage is stored, as Terraform's JSON."""
    return WORK / stage / "plan.json"


def stored_plans() -> dict[str, Any]:
    """The plan of every stage; raises ``Problem`` if one has not been made yet."""
    missing = [stage for stage in STAGES if not plan_file(stage).is_file()]
    if missing:
        raise Problem(f"no plan of {', '.join(missing)}: run `make deploy-check ARGS='-k costs'` first.")
    return {stage: json.loads(plan_file(stage).read_text()) for stage in STAGES}


def main() -> int:
    prices.write(prices.compare(stored_plans()))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
