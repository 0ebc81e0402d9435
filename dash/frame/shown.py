"""What one card of a report shows, and the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.table import Table
from figures.theme import Figure


@dataclass(frozen=True)
class Number:
    """A large number with its name, and what it covers."""

    label: str
    value: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Shown:
    """A figure, numbers or a grid; ``table`` is what its CSV file holds, ``summary`` says it in words.

    ``why_empty`` is told when the table has no rows.
    """

    table: Table
    summary: str
    figure: Figure | None = None
    numbers: Sequence[Number] = ()
    columns: Sequence[dict[str, Any]] = ()
    """AG Grid column definitions: the card is a grid of the table's rows."""
    why_empty: str = "No requests match this selection. Choose a longer period, or fewer filters."
    is_scrollable: bool = False

    @property
    def is_empty(self) -> bool:
        return len(self.table) == 0
