"""Faults and edits of a running portal, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.datasets import Dataset, four_by_four
from portal.faults import Fault
from portal.routes import Portal
from portal.store import Clock
from portal.values import fixed


class Controller:
    """Controls a running portal; safe to call from any thread."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._boundaries = portal.boundaries

    def add_fault(self, kind: str, **details: Any) -> None:
        """Switch a fault on; ``details`` are the other fields of Fault. Raises ValueError."""
        self.portal.board.add(Fault(kind, **details))

    def clear_faults(self) -> None:
        """Switch every fault off."""
        self.portal.board.clear()

    def fired(self) -> dict[str, int]:
        """The number of requests hit so far, by kind of fault."""
        return self.portal.board.fired()

    def set_clock(self, clock: Clock) -> None:
        """Timestamp later edits by this clock, but never before an edit that has already been made."""
        self.portal.store.clock = clock

    def upsert(self, row: Mapping[str, object], dataset_id: str = "") -> str:
        """Change or add one row; returns its new ``:updated_at``: a later one, or the row's own."""
        return self.portal.editor.upsert(row, dataset_id)

    def delete(self, key: str, dataset_id: str) -> int:
        """Remove a row by srnumber or casenumber; returns how many were removed."""
        return self.portal.editor.delete(key, dataset_id)

    def touch(
        self,
        dataset_id: str,
        amount: int = 1,
        changes: Mapping[str, object] | None = None,
        turn: int | None = None,
    ) -> int:
        """Give ``amount`` rows new update times, and each the same new values if there are ``changes``.

        The rows are others than in the last call, or those of every call with this ``turn``.
        """
        return self.portal.editor.touch(dataset_id, amount, changes, turn)

    def republish(self, dataset_id: str) -> str:
        """Replace the dataset with itself: same values, new system columns; returns their timestamp."""
        return self.portal.editor.republish(dataset_id)

    def publish(self, dataset: Dataset) -> None:
        """List a new dataset, without rows."""
        self.portal.store.add_dataset(dataset)
        self.portal.store.index()

    def publish_view(self, dataset_id: str, kind: str = "filter", rows: int = 3, title: str = "") -> str:
        """List a filtered view, map or chart ahead of its dataset, under the same title; returns the new id.

        A filtered view serves the first ``rows`` of the dataset; maps and charts serve none.
        """
        source = self.portal.store.datasets[dataset_id]
        view = replace(
            source, id=four_by_four(f"{kind} of {dataset_id}"), kind=kind, title=title or source.title
        )
        self.publish(view)
        self.portal.editor.copy_rows(source, view, rows if kind == "filter" else 0)
        return view.id

    def set_boundary_flaws(self, *flaws: str) -> None:
        """Publish the boundaries again, with these flaws of ``portal.boundaries.FLAWS`` and no others."""
        now = fixed(self.portal.store.clock())
        self.portal.boundaries = self._boundaries.with_flaws(flaws, now)

    def count(self, dataset_id: str) -> int:
        """The actual number of rows of the dataset, regardless of active faults."""
        return self.portal.store.count(self.portal.store.datasets[dataset_id])

    @property
    def dataset_ids(self) -> tuple[str, ...]:
        return tuple(self.portal.store.datasets)
