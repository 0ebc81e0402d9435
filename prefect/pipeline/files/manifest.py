"""``datapackage.json``: the only place that says which files make up the published set."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

NAME = "datapackage.json"
JOURNAL = "journal.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
KEPT = dt.timedelta(days=1)
"""So long a file that was replaced stays, for clients that are reading it."""
Entry = dict[str, Any]
"""A resource of the data package. ``latest`` is its lasting name, ``path`` the name of these very bytes;
``fingerprint`` changes with the rows that it was made from, ``generation`` when the bytes last changed."""


@dataclass(frozen=True)
class Manifest:
    """A published set of files."""

    generation: int = -1
    resources: tuple[Entry, ...] = ()
    documents: tuple[Entry, ...] = ()
    superseded: tuple[Entry, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: bytes | None) -> Manifest:
        """The manifest of this text; an empty one where there is no text."""
        if content is None:
            return cls()
        found = json.loads(content)
        lists = {name: tuple(found.pop(name, ())) for name in ("resources", "documents", "superseded")}
        return cls(generation=found.pop("generation"), about=found, **lists)

    def text(self, indent: int | None = 1) -> str:
        """As it is written; resources come last, because they are long. Without indent it is made faster."""
        content = {
            "$schema": PROFILE,
            **self.about,
            "generation": self.generation,
            "superseded": self.superseded,
            "documents": self.documents,
            "resources": self.resources,
        }
        return json.dumps(content, indent=indent, ensure_ascii=False) + "\n"

    def entries(self) -> Iterator[Entry]:
        """Resources and documents."""
        yield from self.resources
        yield from self.documents

    def paths(self) -> set[str]:
        """Every file that must stay."""
        return {entry["path"] for entry in self.entries()} | {entry["path"] for entry in self.superseded}

    def latest(self) -> dict[str, str]:
        """Lasting names, and the files they stand for."""
        return {entry["latest"]: entry["path"] for entry in self.entries()}


def superseded(former: Manifest, current: Iterable[Entry], now: dt.datetime) -> tuple[Entry, ...]:
    """The files of the former set that still have to stay, with the time when they were replaced."""
    kept = {entry["path"] for entry in current}
    replaced = [
        {"path": entry["path"], "mediatype": entry["mediatype"], "hash": entry["hash"], "at": now.isoformat()}
        for entry in former.entries()
        if entry["path"] not in kept
    ]
    earlier = [
        entry
        for entry in former.superseded
        if entry["path"] not in kept and dt.datetime.fromisoformat(entry["at"]) > now - KEPT
    ]
    return (*replaced, *earlier)
