"""Where the files are stored: a folder or an S3 bucket, depending on the address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pipeline.files.scratch import Scratch

SCRATCH = ".writing"


class Location(Protocol):
    """A flat set of named files; each appears atomically."""

    def scratch(self) -> Path:
        """An empty folder for files that are being written; those of killed runs are removed."""

    def names(self) -> set[str]:
        """The names of all files that are complete."""

    def read(self, name: str) -> bytes | None:
        """The content of a small file; None if it does not exist."""

    def put(self, source: Path, name: str, media_type: str) -> None:
        """Move a file from the scratch folder to this name, durably and atomically; may replace a file."""

    def replace(self, source: Path, name: str, media_type: str) -> None:
        """Put a file that was read before. A bucket raises FileExistsError if it was replaced since then.

        For a folder, the run lock suffices.
        """

    def delete(self, name: str) -> None:
        """Remove a file; a missing file is not an error."""

    def publish(self, latest: Mapping[str, str]) -> None:
        """Copy the manifest's files (values) to the `latest` names (keys), if copies are needed.

        Every copy is attempted before the first refusal is raised.
        """

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
    """A folder; the API resolves the `latest` names through the manifest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scratch = Scratch(folder / SCRATCH)

    def scratch(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._scratch.fresh()

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

    def replace(self, source: Path, name: str, media_type: str) -> None:
        self.put(source, name, media_type)

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def publish(self, latest: Mapping[str, str]) -> None:
        """Nothing to do: there are no copies."""

    def close(self) -> None:
        self._scratch.close()


def _flush(path: Path) -> None:
    """Sync a file, or the entries of a folder, so that they survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
