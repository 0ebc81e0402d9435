"""``make check-city``: compares the declaration of a city with its portal, in the pipeline's environment."""

from __future__ import annotations

import subprocess
import sys

from tools import environments, settings
from tools.paths import ROOT, python_of
from tools.problem import guarded


def main() -> int:
    environments.ensure(["prefect"])
    chosen = settings.chosen_by_user()
    command = [str(python_of("prefect")), "flow.py", "check-city", chosen.get("CITY", settings.DEFAULT_CITY)]
    environment = settings.environment(chosen)
    words = [*command, *sys.argv[1:]]
    return subprocess.run(words, cwd=ROOT / "prefect", env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(guarded(main))
