"""The faults of the portal, and the requests that they hit."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

SODA2, SODA3, CATALOG, VIEWS, GEOSPATIAL = AREAS = ("resource", "query", "catalog", "views", "geospatial")
"""Parts of the portal, by their paths."""

STATUS = "status"
THROTTLE = "throttle"
UNAVAILABLE = "unavailable"
PRIVATE = "private"
GONE = "gone"
END_SODA2 = "end_soda2"
HANG = "hang"
HANG_IN_BODY = "hang_in_body"
CUT = "cut"
DRIP = "drip"
RESET = "reset"
HTML = "html"
WRAP = "wrap"
SHUFFLE = "shuffle"
MOVING = "moving"
REPEAT = "repeat"
RENAME = "rename"
REMOVE = "remove"
ADD = "add"
SHRINK = "shrink"
NULL_STAMPS = "null_stamps"
FUTURE_STAMPS = "future_stamps"
ODD_STAMPS = "odd_stamps"
NULL_UPDATES = "null_updates"
FUTURE_UPDATES = "future_updates"
COUNT_OFF = "count_off"

STATUSES = {STATUS: 500, THROTTLE: 429, UNAVAILABLE: 503, PRIVATE: 403, GONE: 410, END_SODA2: 410}
"""Faults that respond with an error, and its usual status."""
KINDS = frozenset(
    {
        *STATUSES,
        *(HANG, HANG_IN_BODY, CUT, DRIP, RESET, HTML, WRAP),
        *(SHUFFLE, MOVING, REPEAT, RENAME, REMOVE, ADD, SHRINK),
        *(NULL_STAMPS, FUTURE_STAMPS, ODD_STAMPS, NULL_UPDATES, FUTURE_UPDATES, COUNT_OFF),
    }
)


@dataclass(frozen=True)
class Fault:
    """One fault, and the requests that it hits.

    Of the requests that match ``dataset`` and ``area`` (empty: any; see AREAS), the first ``after`` are
    spared, then each is hit with ``probability``, at most ``times`` of them. ``end_soda2`` hits every
    SODA 2 request after ``after`` CSV pages; ``private`` and ``gone`` also leave the catalog.
    """

    kind: str
    dataset: str = ""
    area: str = ""
    after: int = 0
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float = 60.0
    status: int = 0
    retry_after: int | str | None = None
    column: str = ""
    to: str = ""
    share: float = 0.1
    amount: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known are {', '.join(sorted(KINDS))}")

    @property
    def error_status(self) -> int:
        """The HTTP status of the error; 0 for other kinds of fault."""
        return self.status or STATUSES.get(self.kind, 0) if self.kind in STATUSES else 0


def fault_from(declared: dict[str, Any]) -> Fault:
    """A fault from its JSON form. Raises ValueError for an unknown kind or key."""
    known = {field.name for field in fields(Fault)}
    unknown = set(declared) - known
    if unknown or "kind" not in declared:
        raise ValueError(f"a fault has a kind, and no {', '.join(sorted(unknown)) or 'other key'}")
    return Fault(**declared)


class FaultBoard:
    """The faults that are switched on, in the order they were added."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._entries: list[_Entry] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._entries.append(_Entry(fault))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def hitting(self, area: str, dataset: str, *, is_page: bool = False) -> tuple[Fault, ...]:
        """Count this request, and return the faults that hit it. ``is_page``: it is for a page of CSV."""
        with self._lock:
            return tuple(entry.fault for entry in self._entries if entry.hits(area, dataset, is_page))

    def is_hidden(self, dataset: str) -> bool:
        """Whether the dataset is currently private or gone, and therefore not listed."""
        with self._lock:
            kinds = {entry.fault.kind for entry in self._entries if entry.fault.dataset == dataset}
        return bool(kinds & {PRIVATE, GONE})

    def fired(self) -> dict[str, int]:
        """How many requests each kind of fault has hit."""
        counts: dict[str, int] = {}
        with self._lock:
            for entry in self._entries:
                counts[entry.fault.kind] = counts.get(entry.fault.kind, 0) + entry.hit_count
        return counts


class _Entry:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.hit_count = 0
        self._random = random.Random(fault.seed)  # noqa: S311  # repeatable faults, not secrets

    def hits(self, area: str, dataset: str, is_page: bool) -> bool:
        fault = self.fault
        if fault.kind == END_SODA2:
            return self._ends(area, dataset, is_page)
        if (fault.area and fault.area != area) or (fault.dataset and fault.dataset != dataset):
            return False
        self.seen += 1
        is_due = self.seen > fault.after and (fault.times is None or self.hit_count < fault.times)
        if not is_due or self._random.random() >= fault.probability:
            return False
        self.hit_count += 1
        return True

    def _ends(self, area: str, dataset: str, is_page: bool) -> bool:
        if area != SODA2 or self.fault.dataset not in ("", dataset):
            return False
        has_ended = self.seen >= self.fault.after
        self.seen += is_page
        self.hit_count += has_ended
        return has_ended
