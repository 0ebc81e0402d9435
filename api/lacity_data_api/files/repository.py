"""The folder that the pipeline fills. Files are looked up in its manifest; client paths are never opened."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

MANIFEST = "datapackage.json"
PAGE = "index.html"
JSON = "application/json"


@dataclass(frozen=True)
class PublishedFile:
    """A file that may be served. The name of an immutable file identifies its content."""

    path: Path
    media_type: str
    etag: str
    is_immutable: bool


@dataclass(frozen=True)
class FileSet:
    """The files that a manifest lists, by name."""

    version: tuple[int, int]
    files: dict[str, PublishedFile]


@dataclass
class FileFolder:
    """The published files of a folder; reread when the manifest changes."""

    folder: str
    _current: FileSet = field(default_factory=lambda: FileSet((0, 0), {}))

    def find(self, name: str) -> PublishedFile | None:
        """The file with this `latest` or immutable name; None if there is none."""
        return self._files().get(name)

    def _files(self) -> dict[str, PublishedFile]:
        """If two threads see a new manifest, both read it, and either result is correct."""
        if not self.folder:
            return {}
        manifest = Path(self.folder) / MANIFEST
        try:
            found = manifest.stat()
            if (found.st_ino, found.st_mtime_ns) != self._current.version:
                self._current = _read(manifest)
        except FileNotFoundError:
            return {}
        return self._current.files


def _read(manifest: Path) -> FileSet:
    with manifest.open("rb") as file:
        status = os.fstat(file.fileno())
        content = file.read()
    files = _listed(manifest.parent, orjson.loads(content))
    own = PublishedFile(manifest, JSON, _etag(hashlib.sha256(content).hexdigest()), is_immutable=False)
    return FileSet((status.st_ino, status.st_mtime_ns), files | {MANIFEST: own})


def _listed(folder: Path, manifest: dict[str, Any]) -> dict[str, PublishedFile]:
    files = {}
    current = manifest["resources"] + manifest["documents"]
    for entry in current + manifest["superseded"]:
        path, kind, etag = folder / entry["path"], entry["mediatype"], _etag(entry["hash"].partition(":")[2])
        files[entry["path"]] = PublishedFile(path, kind, etag, is_immutable=True)
        if "latest" in entry:
            files[entry["latest"]] = PublishedFile(path, kind, etag, is_immutable=False)
    return files


def _etag(digest: str) -> str:
    return f'"{digest[:32]}"'
