"""One step of a workflow. Inputs are the environment variables that the workflow sets for the step.

python3 -m tools.ci base | join | published | verify | propose | freshness | load | release | audit FOLDER
"""

from __future__ import annotations

import sys

from tools.ci import audit, data, images, packages, release
from tools.problem import dispatch, guarded

STEPS = {
    "audit": audit.audit,
    "base": images.base,
    "freshness": data.freshness,
    "join": images.join,
    "load": data.load,
    "propose": packages.propose,
    "published": images.published,
    "release": release.release,
    "verify": images.verify,
}

if __name__ == "__main__":
    sys.exit(guarded(lambda: dispatch(STEPS)))
