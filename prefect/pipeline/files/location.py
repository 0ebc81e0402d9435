"""Where the files live: a folder, or an S3 bucket. One address says which."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

SCRATCH = ".writing"


class Location(Protocol):
    """A flat set of named files; each appears whole or not at all."""

    def scratch(self) -> Path:
        """An empty folder for files that are being written; whatever an earlier run left there is gone."""

    def names(self) -> set[str]:
        """The names of all files that are complete."""

    def read(self, name: str) -> bytes | None:
        """The content of a small file; None where there is none."""

    def put(self, source: Path, name: str, media_type: str) -> None:
        """Take a file of the scratch folder under this name, durably and at once; it may replace one."""

    def delete(self, name: str) -> None:
        """Remove a file; a missing one is no error."""

    def publish(self, latest: Mapping[str, str]) -> None:
        """Make the lasting names (keys) copies of the manifest's files (values), where copies are needed."""

    def close(self) -> None:
        """Remove the scratch folder."""


def open_location(address: str) -> Location:
    """The location at ``s3://bucket/prefix``, or the folder of this path."""
    parts = urlsplit(address)
    if parts.scheme == "s3":
        from pipeline.files.bucket import BucketLocation

        return BucketLocation(parts.netloc, parts.path.strip("/"))
    return FolderLocation(Path(address))


class FolderLocation:
    """A folder; the API resolves the lasting names by the manifest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scratch = folder / SCRATCH

    def scratch(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        self.close()
        self._scratch.mkdir()
        return self._scratch

    def names(self) -> set[str]:
        return {entry.name for entry in self._folder.iterdir() if entry.is_file()}

    def read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, source: Path, name: str, media_type: str) -> None:  # noqa: ARG002  the API knows the types
        _flush(source)
        source.replace(self._folder / name)
        _flush(self._folder)

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def publish(self, latest: Mapping[str, str]) -> None:
        """Nothing to do: there are no copies."""

    def close(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)


def temporary_folder() -> Path:
    """A scratch folder for locations that are not on this machine."""
    return Path(tempfile.mkdtemp(prefix="311-files-"))


def _flush(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
