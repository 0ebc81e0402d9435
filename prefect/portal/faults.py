"""What the portal can be told to do wrong, and when."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

THROTTLE = "throttle"
UNAVAILABLE = "unavailable"
HANG = "hang"
HANG_IN_BODY = "hang_in_body"
CUT = "cut"
DRIP = "drip"
RESET = "reset"
HTML = "html"
SHUFFLE = "shuffle"
MOVING = "moving"
REPEAT = "repeat"
RENAME = "rename"
REMOVE = "remove"
ADD = "add"
SHRINK = "shrink"
NULL_STAMPS = "null_stamps"
FUTURE_STAMPS = "future_stamps"
NULL_UPDATES = "null_updates"
FUTURE_UPDATES = "future_updates"
COUNT_OFF = "count_off"

KINDS = frozenset(
    {
        *(THROTTLE, UNAVAILABLE, HANG, HANG_IN_BODY, CUT, DRIP, RESET, HTML),
        *(SHUFFLE, MOVING, REPEAT, RENAME, REMOVE, ADD, SHRINK),
        *(NULL_STAMPS, FUTURE_STAMPS, NULL_UPDATES, FUTURE_UPDATES, COUNT_OFF),
    }
)


@dataclass(frozen=True)
class Fault:
    """One way to misbehave, and the requests it strikes.

    Of the requests that match ``dataset`` and ``area`` (resource, catalog, views, geospatial; empty: any),
    the first ``after`` are spared, then each is struck with ``probability``, at most ``times`` of them.
    """

    kind: str
    dataset: str = ""
    area: str = ""
    after: int = 0
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float = 60.0
    retry_after: int | None = None
    column: str = ""
    to: str = ""
    share: float = 0.1
    amount: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known are {', '.join(sorted(KINDS))}")


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

    def strike(self, area: str, dataset: str) -> tuple[Fault, ...]:
        """The faults that hit this request; each one's count goes on."""
        with self._lock:
            return tuple(entry.fault for entry in self._entries if entry.hits(area, dataset))

    def fired(self) -> dict[str, int]:
        """How many requests each kind of fault has hit."""
        counts: dict[str, int] = {}
        with self._lock:
            for entry in self._entries:
                counts[entry.fault.kind] = counts.get(entry.fault.kind, 0) + entry.struck
        return counts


class _Entry:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.struck = 0
        self._random = random.Random(fault.seed)  # noqa: S311  # repeatable faults, not secrets

    def hits(self, area: str, dataset: str) -> bool:
        fault = self.fault
        if (fault.area and fault.area != area) or (fault.dataset and fault.dataset != dataset):
            return False
        self.seen += 1
        is_due = self.seen > fault.after and (fault.times is None or self.struck < fault.times)
        if not is_due or self._random.random() >= fault.probability:
            return False
        self.struck += 1
        return True
