"""Locks that the kernel releases when their holder ends, and folders that this user can write."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.problem import Problem


def ensure_folder(folder: Path) -> Path:
    """Make a folder. Raises Problem when it belongs to another user."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(folder, os.W_OK)
    except PermissionError:
        is_writable = False
    if not is_writable:
        raise Problem(
            f"this user cannot write to {folder}: an earlier run was started as another user.\n"
            "  Run as that user, or remove the .local folder as that user first."
        )
    return folder


@contextmanager
def exclusive(path: Path, *, is_waiting: bool = True) -> Iterator[bool]:
    """Hold the lock for the block; yields False, without the lock, if it is busy and waiting is disabled."""
    ensure_folder(path.parent)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if is_waiting else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
