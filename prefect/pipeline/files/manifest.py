"""``datapackage.json``: the only list of the files that make up the published set."""

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
"""How long a replaced file is kept for clients that are still reading it."""
Entry = dict[str, Any]
"""A resource of the data package. ``latest`` is its stable name, ``path`` the name of this immutable version;
``fingerprint`` changes with its rows; ``generation`` is the one in which its bytes last changed."""


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
        """The manifest parsed from this text; an empty one if there is no text."""
        if content is None:
            return cls()
        found = json.loads(content)
        lists = {name: tuple(found.pop(name, ())) for name in ("resources", "documents", "superseded")}
        return cls(generation=found.pop("generation"), about=found, **lists)

    def text(self, indent: int | None = 1) -> str:
        """The manifest as text; resources come last, because they are long. ``indent=None`` is faster."""
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
        """Every file that must be kept."""
        return {entry["path"] for entry in self.entries()} | {entry["path"] for entry in self.superseded}

    def latest(self) -> dict[str, str]:
        """The `latest` names, and the files they refer to."""
        return {entry["latest"]: entry["path"] for entry in self.entries()}


def superseded(former: Manifest, current: Iterable[Entry], now: dt.datetime) -> tuple[Entry, ...]:
    """The files of the previous set that must still be kept, with the time of their replacement."""
    kept = {entry["path"] for entry in current}
    replaced = [
        {"path": entry["path"], "mediatype": entry["mediatype"], "hash": entry["hash"], "at": now.isoformat()}
        for entry in former.entries()
        if entry["path"] not in kept
    ]
    earlier = [entry for entry in former.superseded if entry["path"] not in kept and is_kept(entry, now)]
    return (*replaced, *earlier)


def is_kept(replaced: Entry, now: dt.datetime) -> bool:
    """Whether clients may still be reading this replaced file."""
    return dt.datetime.fromisoformat(replaced["at"]) > now - KEPT
