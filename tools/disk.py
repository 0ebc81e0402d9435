"""Free disk space, checked before a step that would fail halfway."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.paths import CACHE, LOCAL
from tools.problem import Problem

MEGABYTE = 1_000_000
SAFE = f"{CACHE} and {LOCAL / 'log'}"


def require_space(folder: Path, megabytes: int, purpose: str) -> None:
    """Raise ``Problem`` if the disk with ``folder`` has less than ``megabytes`` free."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free // MEGABYTE
    if free < megabytes:
        raise Problem(
            f"{purpose} needs about {megabytes:,} MB, but the disk of {existing} has {free:,} MB free.\n"
            f"  Free some space there and try again. While nothing is running, {SAFE} can be\n"
            "  deleted; `make clean` would delete the loaded data, too."
        )
