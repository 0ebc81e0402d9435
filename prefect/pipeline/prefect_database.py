"""Prefect's database, prepared once per environment: its server starts from a copy.

A new database goes through all of Prefect's migrations, which takes 15 seconds of CPU; in a container, whose
files do not outlive it, in every nightly run. Without a prepared one, the server migrates a new database.
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
"""What Prefect calls it in its folder, ``PREFECT_HOME``."""
# That Prefect's block types are registered in it; without this, the server would examine them again.
MEMO = "memo_store.toml"


def prepared() -> Path:
    """The folder of the prepared database. Another version of Prefect never takes it for its own."""
    return FOLDER / f"prefect-{version('prefect')}"


def supply(home: Path) -> None:
    """Copy the prepared database into Prefect's folder, unless one is there or none is prepared."""
    if (home / NAME).exists() or not prepared().is_dir():
        return
    home.mkdir(parents=True, exist_ok=True)
    for name in (MEMO, NAME):
        _copy(prepared() / name, home / name)


def _copy(source: Path, target: Path) -> None:
    copy = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copyfile(source, copy)
    # A link never replaces the database of a server that starts at the same moment.
    with suppress(FileExistsError):
        os.link(copy, target)
    copy.unlink()
