"""One at a time: locks that the kernel lets go when their holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.problem import Problem


def ensure_folder(folder: Path) -> Path:
    """Make a folder; a clear message when it belongs to somebody else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise _not_ours(folder) from error
    if not os.access(folder, os.W_OK):
        raise _not_ours(folder)
    return folder


def _not_ours(folder: Path) -> Problem:
    return Problem(
        f"{folder} cannot be written by this user: an earlier run was started as another one.\n"
        "  Run as that user, or remove the .local folder as that user first."
    )


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for, then hold, the lock of this name."""
    ensure_folder(path.parent)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def exclusive_or_busy(path: Path) -> Iterator[bool]:
    """Hold the lock if it is free; yields whether it was."""
    ensure_folder(path.parent)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
