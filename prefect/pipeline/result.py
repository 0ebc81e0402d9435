"""The results of a merge, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.polygons import BoundaryRefresh
from pipeline.quality import Check

COUNTED = ("read", "inserted", "updated", "unchanged", "rejected", "elsewhere")


@dataclass(frozen=True)
class WriteResult:
    """Counts of a merge by dataset (inserted, updated and unchanged rows), and other counts.

    ``superseded`` counts rows replaced by a newer row with their number, ``served_changes`` rows of
    ``service_requests``, ``recorded`` rows of the history. ``new_tables`` are complete, not yet swapped in.
    """

    rows: Mapping[str, Mapping[str, int]]
    superseded: int = 0
    retired: int = 0
    served_changes: int = 0
    recorded: int = 0
    new_codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    new_tables: tuple[str, ...] = ()
    is_rebuilt: bool = False
    boundaries: BoundaryRefresh = field(default_factory=BoundaryRefresh)

    @property
    def has_changed(self) -> bool:
        """Whether readers could notice a difference."""
        changed = sum(counts["inserted"] + counts["updated"] for counts in self.rows.values())
        others = (self.retired, self.served_changes, self.new_codes, self.is_rebuilt)
        return bool(changed or any(others) or self.boundaries.has_changed)


@dataclass(frozen=True)
class MergeResult:
    """The outcome of a merge that is committed, or of a dry run that was rolled back.

    ``counts`` sums ``by_dataset`` and adds ``retired``; ``reasons`` are the rejected rows by dataset and
    reason.
    """

    generation: int
    message: str
    counts: Mapping[str, int]
    by_dataset: Mapping[str, Mapping[str, Any]]
    checks: tuple[Check, ...]
    reasons: tuple[Mapping[str, Any], ...]
    log_id: int
    is_rebuilt: bool
    has_changed: bool


def sentence(counts: Mapping[str, int], written: WriteResult, generation: int, *, is_dry: bool) -> str:
    """The run in one line."""
    read = f"{counts['read']:,} rows read"
    rejected = f", {counts['rejected']:,} rejected" if counts["rejected"] else ""
    if not written.has_changed:
        return f"Nothing changed: {read}{rejected}, all as stored; generation {generation}"
    verb = "Would load" if is_dry else "Loaded"
    retired = f", {counts['retired']:,} retired" if counts["retired"] else ""
    polygons = ", new boundaries" if written.boundaries.has_changed else ""
    rebuilt = ", every served request rebuilt" if written.is_rebuilt else ""
    changes = f"{counts['inserted']:,} new, {counts['updated']:,} updated{retired}{polygons}"
    return f"{verb} {changes}{rejected} of {read}{rebuilt}; generation {generation}"
