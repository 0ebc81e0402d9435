"""The folder that the pipeline fills. Files are found by its manifest only: no path of a client is opened."""

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
    """A file that may be served. An immutable one has a name of its own for its very bytes."""

    path: Path
    media_type: str
    etag: str
    is_immutable: bool


@dataclass(frozen=True)
class FileSet:
    """What one manifest lists, by name."""

    version: tuple[int, int]
    files: dict[str, PublishedFile]


@dataclass
class FileFolder:
    """The published files of a folder; read again when the manifest is another one."""

    folder: str
    _current: FileSet = field(default_factory=lambda: FileSet((0, 0), {}))

    def find(self, name: str) -> PublishedFile | None:
        """The file of a lasting or an immutable name; None where there is none."""
        return self._files().get(name)

    def _files(self) -> dict[str, PublishedFile]:
        """Of two threads that see a new manifest both read it, and either result is right."""
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
