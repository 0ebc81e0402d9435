"""Prefect's database, prepared once per environment: the server starts from a copy of it.

A new database goes through all of Prefect's migrations, which takes 15 seconds of CPU. In a container, which
starts without the files of earlier runs, that would happen in every nightly run. Without a prepared database,
the server creates and migrates a new one.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(sys.prefix) / "share" / "pipeline-311"
NAME = "prefect.db"
"""Prefect's name for the database file in its folder, ``PREFECT_HOME``."""
# Records that Prefect's block types are registered; without it, the server would check them again.
MEMO = "memo_store.toml"


def prepared() -> Path:
    """The folder of the prepared database, which is specific to the version of Prefect."""
    return FOLDER / f"prefect-{version('prefect')}"


def supply(home: Path) -> None:
    """Copy the prepared database into Prefect's folder, unless one exists there or none is prepared."""
    if (home / NAME).exists() or not prepared().is_dir():
        return
    home.mkdir(parents=True, exist_ok=True)
    for name in (MEMO, NAME):
        _copy(prepared() / name, home / name)


def _copy(source: Path, target: Path) -> None:
    copy = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copyfile(source, copy)
    # A link, unlike a rename, never replaces the database of a server that starts at the same time.
    with suppress(FileExistsError):
        os.link(copy, target)
    copy.unlink()
