"""Paths. Everything that the tools write is below ``LOCAL``, except the folder of a test run.

They are absolute and without symbolic links, like the working directories by which servers are recognized.
LA311_STATE moves what a running system writes, so that a second one can run next to the first.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = (ROOT / ".local").resolve()
CACHE = LOCAL / "cache"
ENVIRONMENTS = LOCAL / "venv"
STATE = Path(os.environ.get("LA311_STATE") or LOCAL).resolve()
SERVERS = STATE / "servers"
UP = STATE / "up"
ENV_FILE = STATE / "env"

SERVICES = ("api", "dash", "prefect")  # one container each
# Folders whose environments `make test` creates.
FOLDERS_WITH_ENVIRONMENT = (*SERVICES, "locust", "tools")
# Folders with locks. `make deploy-check` creates the environment of terraform/; the sample portal runs in
# prefect's environment and has a lock of its own for its image.
FOLDERS_WITH_LOCK = (*FOLDERS_WITH_ENVIRONMENT, "prefect/portal", "terraform")


def python_of(folder: str) -> Path:
    """The interpreter of a folder's environment."""
    return ENVIRONMENTS / folder / "bin" / "python"
