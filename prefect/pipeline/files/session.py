"""The files of one run: unchanged files, and those completed by a killed run, are reused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.files.location import Location
from pipeline.files.manifest import JOURNAL, NAME, Entry, Manifest

JSON = "application/json"
STAMPED = re.compile(r"\.g\d+-[0-9a-f]{8}\.")
"""What only names of immutable versions contain."""
Writer = Callable[[Path], dict[str, Any]]
"""Writes a file and returns its metadata: for data, at least ``rowCount``."""


class Session:
    """The files written so far. The journal lists them for the next run, in case this one is killed."""

    def __init__(self, location: Location, former: Manifest, journal: Manifest) -> None:
        self.former = former
        self.generation = former.generation
        self.written = 0
        self._location = location
        self._scratch = location.scratch()
        names = location.names()
        known = (*former.entries(), *journal.entries())
        self._known = {entry["latest"]: entry for entry in known if entry["path"] in names}
        self._journal = {entry["latest"]: entry for entry in journal.entries() if entry["path"] in names}

    def reusable(self) -> set[str]:
        """The newest complete version of each file."""
        return {entry["path"] for entry in self._known.values()}

    def write(self, wanted: Entry, writer: Writer) -> Entry:
        """The entry of a complete file; a known file with the same fingerprint or bytes is reused."""
        known = self._known.get(wanted["latest"])
        if known and "fingerprint" in wanted and known.get("fingerprint") == wanted["fingerprint"]:
            # A new release may describe the same rows in other words.
            return known | wanted
        path = self._scratch / wanted["latest"]
        details = writer(path)
        digest = sha256(path)
        entry = wanted | details | {"bytes": path.stat().st_size, "hash": f"sha256:{digest}"}
        if known and known["hash"] == entry["hash"]:
            path.unlink()
            return entry | {"path": known["path"], "generation": known["generation"]}
        entry |= {"path": stamped(wanted["latest"], self.generation, digest), "generation": self.generation}
        self._location.put(path, entry["path"], entry["mediatype"])
        self.written += 1
        if "fingerprint" in entry:
            self._note(entry)
        return entry

    def write_text(self, name: str, media_type: str, text: str) -> Entry:
        """Write a document, and return its entry."""

        def writer(path: Path) -> dict[str, Any]:
            path.write_text(text, encoding="utf-8")
            return {}

        return self.write({"latest": name, "mediatype": media_type}, writer)

    def commit(self, manifest: Manifest) -> None:
        """Publish the set. Raises FileExistsError if another run has published one since this one began."""
        self._location.replace(self._text(NAME, manifest.text()), NAME, JSON)

    def _note(self, entry: Entry) -> None:
        """Small files without a fingerprint are not journaled: they are rewritten each time."""
        self._journal[entry["latest"]] = entry
        self._put(JOURNAL, Manifest(self.generation, tuple(self._journal.values())).text(indent=None))

    def _put(self, name: str, text: str) -> None:
        self._location.put(self._text(name, text), name, JSON)

    def _text(self, name: str, text: str) -> Path:
        path = self._scratch / name
        path.write_text(text, encoding="utf-8")
        return path


def stamped(latest: str, generation: int, digest: str) -> str:
    """The name that identifies these bytes: ``2026.g12-1a2b3c4d.parquet``."""
    stem, _, kind = latest.partition(".")
    return f"{stem}.g{generation}-{digest[:8]}.{kind}"


def sha256(path: Path) -> str:
    """The digest of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
