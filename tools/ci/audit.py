"""``make audit``: the locked packages of one folder compared with the published advisories."""

from __future__ import annotations

import os
import subprocess

from tools import environments
from tools.paths import FOLDERS_WITH_LOCK, ROOT
from tools.problem import Problem

PIP_AUDIT = "pip-audit==2.9.0"


def audit(folders: list[str]) -> int:
    """Run pip-audit; returns its exit code."""
    if len(folders) != 1 or folders[0] not in FOLDERS_WITH_LOCK:
        raise Problem(f"a folder is needed: {', '.join(FOLDERS_WITH_LOCK)}.")
    lock = ROOT / folders[0] / "requirements.txt"
    environments.install_uv()
    command = [str(environments.UV), "tool", "run", "--from", PIP_AUDIT, "pip-audit"]
    command += ["--disable-pip", "--require-hashes", "-r", str(lock)]
    environment = os.environ | environments.uv_environment()
    return subprocess.run(command, env=environment, check=False).returncode
