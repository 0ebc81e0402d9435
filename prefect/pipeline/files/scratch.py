"""The folder in which a run writes its files before they are complete."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path


class Scratch:
    """A folder for one run, inside one that all runs with the same location share.

    A new run empties the shared folder, because a killed run leaves its files there. If another run is still
    working, it has lost the run lock: it fails, and removes only its own folder.
    """

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self._own: Path | None = None

    def fresh(self) -> Path:
        """An empty folder. Raises FileExistsError if the shared folder belongs to another user."""
        # A link, or the folder of another user, stays, so that mkdir fails.
        shutil.rmtree(self._shared, ignore_errors=True)
        self._shared.mkdir(mode=0o700)
        self._own = Path(tempfile.mkdtemp(dir=self._shared))
        return self._own

    def close(self) -> None:
        """Remove the folder."""
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)
            with suppress(OSError):
                self._shared.rmdir()


def temporary(address: str) -> Scratch:
    """A scratch folder for files that are stored at this remote address."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    return Scratch(Path(tempfile.gettempdir()) / f"311-files-{os.geteuid()}-{digest}")
