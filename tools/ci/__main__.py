"""One step of a workflow. Inputs are the environment variables that the workflow sets for the step.

python3 -m tools.ci base | published | verify | propose | freshness | load | audit FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from tools.ci import audit, data, images, packages
from tools.problem import Problem, guarded

STEPS: dict[str, Callable[..., int]] = {
    "audit": audit.audit,
    "base": images.base,
    "freshness": data.freshness,
    "load": data.load,
    "propose": packages.propose,
    "published": images.published,
    "verify": images.verify,
}


def main() -> int:
    name, *arguments = sys.argv[1:] or [""]
    if name not in STEPS:
        raise Problem(f"a step is needed: {', '.join(STEPS)}.")
    return STEPS[name](*arguments)


if __name__ == "__main__":
    sys.exit(guarded(main))
