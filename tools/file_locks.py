"""Locks that the kernel releases when their holder ends, and folders that this user can write."""

from __future__ import annotations

import fcntl
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.paths import LOCAL, STATE
from tools.problem import Problem


def ensure_folder(folder: Path) -> Path:
    """Make a folder. Raises Problem when it belongs to another user."""
    _refuse_root_in_folder_of_another(folder)
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


def _refuse_root_in_folder_of_another(folder: Path) -> None:
    """Raise Problem if this is root, whose files the owner of the state could neither read nor replace.

    The checkout itself may belong to another user, as it often does in a container.
    """
    if os.geteuid() != 0:
        return
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    is_state = any(existing.is_relative_to(place) for place in (LOCAL, STATE))
    if is_state and (owner := existing.stat().st_uid) != 0:
        name = _name_of(owner)
        raise Problem(f"{existing} belongs to {name}; run make as {name}, without sudo.")


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"the user with the number {user}"


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
