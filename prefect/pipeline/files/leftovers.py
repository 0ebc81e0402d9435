"""Removes files of earlier runs that no client needs any more, never files of other origin."""

from __future__ import annotations

import datetime as dt
import re

from pipeline.files.location import Location
from pipeline.files.manifest import JOURNAL, NAME, Manifest, is_kept
from pipeline.files.session import STAMPED

OWN = re.compile(STAMPED.pattern + r"|^\d{4}\.(geo)?parquet$")
"""Names that earlier runs may have written, although the manifest does not list them (a run was killed)."""


def remove_unfinished(location: Location, former: Manifest, reusable: set[str], now: dt.datetime) -> None:
    """Before writing, so that files of failed runs do not add up until one succeeds.

    The published set stays complete, and the files that this run may reuse stay, too.
    """
    current = {entry["path"] for entry in former.entries()}
    replaced = {entry["path"] for entry in former.superseded if is_kept(entry, now)}
    kept = current | replaced | reusable
    for name in sorted(location.names() - kept):
        if STAMPED.search(name):
            location.delete(name)


def remove_replaced(location: Location, former: Manifest, current: Manifest) -> None:
    """Once the set is published: what neither its manifest nor clients of the previous set need."""
    kept = current.paths() | {NAME} | set(current.latest())
    ours = {JOURNAL, *former.latest()}
    for name in sorted(location.names() - kept):
        if name in ours or OWN.search(name):
            location.delete(name)
