"""Random stories of a small portal, one for each seed: edits, retirements, returns, whole datasets published
again, full loads, other rules, dry runs, and runs that are killed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline_tests.histories import (
    CLOSINGS,
    COUNCILS,
    PLACES,
    SOURCES,
    TIMES,
    TYPES,
    Row,
)

NUMBERS = 12
NIGHTS = range(3, 7)
CHOICES = {
    "requesttype": TYPES,
    "owner": ["BOS", "LASAN - LSD", "Unknown Office", None],
    "requestsource": SOURCES,
    "status": ["Open", "Closed", "Duplicate Confirm", "O'Brien", None],
    "createddate": TIMES,
    "closeddate": CLOSINGS,
    "nc": COUNCILS,
    "cd": ["1", "15", "0", "99999", None],
    "outcome": ["DUP-Duplicate", "Completed", None],
}
WAYS = {
    "read": 8,
    "reconcile": 4,
    "full": 2,
    "republished": 2,
    "other rules": 1,
    "dry run": 1,
    "killed": 3,
}
"""The ways of running, and how often each is chosen."""


@dataclass
class Portal:
    """The published rows; a deleted row may be published again."""

    random: random.Random
    rows: dict[int, Row] = field(default_factory=dict)
    deleted: dict[int, Row] = field(default_factory=dict)
    clock: int = 0

    def edit(self) -> list[Row]:
        """Make up to eight edits; returns the rows that the portal reports by their update time."""
        edits: tuple[Callable[[], Row | None], ...] = (self._add, self._add, self._change, self._change)
        others = (self._change, self._delete, self._restore)
        chosen = (self.random.choice(edits + others) for _ in range(self.random.randint(1, 8)))
        seen = {row.id: row for edit in chosen if (row := edit())}
        return [row for row_id, row in seen.items() if row_id in self.rows]

    def republish(self) -> None:
        """Every row gets a new id and update time, as when the city replaces a dataset."""
        self.clock += 1_000
        again = (replace(row, id=row.id + 1_000, stamp=self.clock) for row in self.rows.values())
        self.rows = {row.id: row for row in again}

    def _content(self) -> tuple[tuple[str, str | None], ...]:
        latitude, longitude = self.random.choice(PLACES)
        drawn = {name: self.random.choice(values) for name, values in CHOICES.items()}
        return (*drawn.items(), ("latitude", latitude), ("longitude", longitude))

    def _put(self, row: Row) -> Row:
        self.clock += 1
        self.rows[row.id] = replace(row, stamp=self.clock)
        return self.rows[row.id]

    def _add(self) -> Row:
        number = self.random.randrange(NUMBERS)
        row_id = 1 + max((*self.rows, *self.deleted), default=0)
        return self._put(Row(row_id, f"1-{number}", 0, self._content()))

    def _change(self) -> Row | None:
        if not self.rows:
            return None
        old = self.random.choice(list(self.rows.values()))
        fields, drawn = dict(old.content), dict(self._content())
        names = self.random.sample(list(drawn), self.random.randint(1, 3))
        return self._put(replace(old, content=tuple((fields | {n: drawn[n] for n in names}).items())))

    def _delete(self) -> Row | None:
        if self.rows:
            row = self.rows.pop(self.random.choice(list(self.rows)))
            self.deleted[row.id] = row
        return None

    def _restore(self) -> Row | None:
        if not self.deleted:
            return None
        return self._put(self.deleted.pop(self.random.choice(list(self.deleted))))


@dataclass(frozen=True)
class Night:
    """A run: what it reads, how, and whether it is killed before it commits."""

    way: str
    rows: list[Row]

    @property
    def options(self) -> dict[str, Any]:
        """The options of the loader; every way except the first reads whole datasets."""
        reads_all = {
            "reconcile": "reconcile",
            "full": "full",
            "killed": "reconcile",
            "republished": "reconcile",
        }
        chosen: dict[str, Any] = {"is_whole": self.way not in {"read", "dry run", "other rules"}}
        if self.way in reads_all:
            chosen[reads_all[self.way]] = True
        if self.way == "dry run":
            chosen["dry_run"] = True
        return chosen


def nights(seed: int) -> list[Night]:
    """The runs of one story. Rows that a killed run or a dry run has read are read again by the next run."""
    drawn = random.Random(seed)
    portal, story, unread = Portal(drawn), [], []
    for _ in range(drawn.choice(NIGHTS)):
        unread += portal.edit()
        way = drawn.choices(list(WAYS), list(WAYS.values()))[0]
        if way == "republished":
            portal.republish()
        is_partial = way in {"read", "dry run", "other rules"}
        story.append(Night(way, list(unread) if is_partial else list(portal.rows.values())))
        unread = unread if way in {"dry run", "killed"} else []
    return story
