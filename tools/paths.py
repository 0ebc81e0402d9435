"""Where things are. Everything that the tools write lies under ``LOCAL``.

LA311_STATE moves what a running system writes, so that a second one can run beside the first.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
CACHE = LOCAL / "cache"
ENVIRONMENTS = LOCAL / "venv"
STATE = Path(os.environ.get("LA311_STATE") or LOCAL)
SERVERS = STATE / "servers"
UP = STATE / "up"
ENV_FILE = STATE / "env"

SERVICES = ("api", "dash", "prefect")
"""Folders that are each one container."""

FOLDERS_WITH_ENVIRONMENT = (*SERVICES, "locust", "tools")
"""Folders whose environments `make test` makes."""

FOLDERS_WITH_LOCK = (*FOLDERS_WITH_ENVIRONMENT, "prefect/portal", "terraform")
"""Folders whose pyproject has locks beside it. The environment of Terraform's checks is made on demand; the
sample portal runs in prefect's, and has its own lock for its image."""


def python_of(folder: str) -> Path:
    """The interpreter of a folder's environment."""
    return ENVIRONMENTS / folder / "bin" / "python"
