"""Start what was built as it runs in production: the tests that do, which take too long for every run."""

from __future__ import annotations

import subprocess

from tools import apt, environments
from tools.paths import ROOT, python_of
from tools.test_environment import clean_environment

SWITCH = "TRY_IMAGES"
TESTS = "tests/integration/test_image_trial.py"


def run_trial() -> int:
    """The exit code of pytest."""
    apt.ensure()
    environments.ensure(["tools"])
    command = [str(python_of("tools")), "-m", "pytest", "-ra", "-p", "no:cacheprovider", TESTS]
    return subprocess.run(
        command, cwd=ROOT / "tools", env=clean_environment("tools") | {SWITCH: "1"}, check=False
    ).returncode
