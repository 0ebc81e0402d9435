"""The content of a card: a figure, numbers or a grid, and the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dash.development.base_component import Component
from pandas import DataFrame

from figures.theme import Figure

TABLE_ROWS = 200
"""Rows of "Show as table"; the CSV file has all of them."""
NO_MATCH = "No requests match this selection. Choose a longer period or fewer filters."
SPOKEN_KEYS = frozenset({"name", "text"})
"""Keys of a figure whose texts are worded for the city; the values of its traces are not changed."""


@dataclass(frozen=True)
class Number:
    """A large number with its label and a note."""

    label: str
    value: str
    note: str = ""
    href: str = ""
    """Link of the value: the list of its requests."""
    about: str = ""
    """Key of its definition in ``report_kit/definitions.py``."""


@dataclass(frozen=True)
class CardContent:
    """A figure, numbers or a grid; ``frame`` has every row of its CSV file, ``summary`` is a sentence.

    ``why_empty`` is shown when the frame has no rows.
    """

    frame: DataFrame
    summary: str = ""
    figure: Figure | None = None
    numbers: Sequence[Number] = ()
    columns: Sequence[dict[str, Any]] = ()
    """AG Grid column definitions: the card is a grid of the frame's rows."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Value of the first column → link of its row."""
    lists: Sequence[str] = ()
    """The list of requests behind each row of the table, for readers who cannot click the figure."""
    map: dict[str, Any] | None = None
    """The data that ``assets/map.js`` needs to draw the map of requests."""
    why_empty: str = NO_MATCH
    is_scrollable: bool = False
    parts: Sequence[Component] = ()
    """Shown instead of all of the above, with their own links to files."""

    def spoken(self, say: Callable[[str], str]) -> CardContent:
        """The same content with labels and texts worded for the city; the rows are unchanged."""
        numbers = [replace(item, label=say(item.label), note=say(item.note)) for item in self.numbers]
        columns = [
            {**column, "headerName": say(str(column.get("headerName", "")))} for column in self.columns
        ]
        # Grids find their columns by name, so those are not renamed.
        frame = self.frame if columns else self.frame.rename(columns=say)
        return replace(
            self,
            frame=frame,
            figure=_spoken(self.figure, say),
            summary=say(self.summary),
            why_empty=say(self.why_empty),
            numbers=numbers,
            columns=columns,
        )

    @property
    def is_empty(self) -> bool:
        return len(self.frame) == 0


def _spoken(part: Any, say: Callable[[str], str], key: str = "") -> Any:
    """A part of a figure, with its names and texts worded for the city."""
    if isinstance(part, dict):
        return {name: _spoken(value, say, name) for name, value in part.items()}
    if isinstance(part, list) and part and isinstance(part[0], dict):
        return [_spoken(value, say, key) for value in part]
    return say(part) if isinstance(part, str) and key in SPOKEN_KEYS else part


def nothing(why: str) -> CardContent:
    """Content without rows, and the reason."""
    return CardContent(DataFrame(), why_empty=why)
