"""What a test may do to a running portal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.faults import Fault
from portal.routes import Portal
from portal.store import Clock


class Controller:
    """Faults and edits of a running portal; safe to call from any thread."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def misbehave(self, kind: str, **details: Any) -> None:
        """Switch a fault on; ``details`` are the other fields of Fault. Raises ValueError."""
        self.portal.board.add(Fault(kind, **details))

    def behave(self) -> None:
        """Switch every fault off."""
        self.portal.board.clear()

    def fired(self) -> dict[str, int]:
        """Requests hit so far, by kind of fault."""
        return self.portal.board.fired()

    def set_clock(self, clock: Clock) -> None:
        """Let edits happen at the times that the clock shows; never before one that has happened."""
        self.portal.store.clock = clock

    def upsert(self, row: Mapping[str, object], dataset_id: str = "") -> str:
        """Change or add one row; returns its new ``:updated_at``."""
        return self.portal.editor.upsert(row, dataset_id)

    def delete(self, key: str, dataset_id: str) -> int:
        """Remove a row by srnumber or casenumber; returns how many went."""
        return self.portal.editor.delete(key, dataset_id)

    def touch(self, dataset_id: str, amount: int = 1, changes: Mapping[str, object] | None = None) -> int:
        """New update times for ``amount`` rows, with the same new values in each if there are ``changes``."""
        return self.portal.editor.touch(dataset_id, amount, changes)

    def count(self, dataset_id: str) -> int:
        """Rows of the dataset in truth, whatever faults are on."""
        return self.portal.store.count(self.portal.store.datasets[dataset_id])

    @property
    def dataset_ids(self) -> tuple[str, ...]:
        return tuple(self.portal.store.datasets)
