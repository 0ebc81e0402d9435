"""Size limits for logs: a log that grows too long is copied to ``NAME.1`` and truncated."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

LIMIT_BYTES = 50_000_000


def previous(log: Path) -> Path:
    """The file with the earlier part of a log."""
    return log.with_name(f"{log.name}.1")


def bound(log: Path) -> None:
    """Begin the log again if it is too long; its program goes on writing to the same, emptied file."""
    if not log.is_file() or log.stat().st_size <= LIMIT_BYTES:
        return
    # On a full disk, the copy is lost, and the log is emptied all the same.
    with suppress(OSError):
        shutil.copyfile(log, previous(log))
    os.truncate(log, 0)
