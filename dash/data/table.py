"""Rows with named columns: what a query found, what a figure shows and what a CSV file holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

HIDDEN = "_"
"""Columns whose names begin so serve links and colours; people do not see them."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """Values are text, numbers, booleans, lists or None: dates are ISO text, as they are in JSON."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    @staticmethod
    def of(columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> Table:
        return Table(tuple(columns), [list(row) for row in rows])

    @staticmethod
    def from_json(body: bytes) -> Table:
        columns, rows = orjson.loads(body)
        return Table(tuple(columns), rows)

    def to_json(self) -> bytes:
        return orjson.dumps([self.columns, self.rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Rows as dictionaries."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def column(self, name: str) -> list[Any]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def total(self, name: str) -> Any:
        """The sum of a column, without its empty cells."""
        return sum(value for value in self.column(name) if value is not None)

    def one(self) -> dict[str, Any]:
        """The only row."""
        (row,) = self
        return row

    def keep(self, rows: Iterable[dict[str, Any]]) -> Table:
        """A table of the same columns with these rows."""
        return Table.of(self.columns, ([row[name] for name in self.columns] for row in rows))

    def shown(self) -> Table:
        """Without the columns that people do not see."""
        places = [place for place, name in enumerate(self.columns) if not name.startswith(HIDDEN)]
        return Table.of(
            [self.columns[place] for place in places], ([row[i] for i in places] for row in self.rows)
        )

    def csv(self) -> str:
        """RFC 4180, with a header; an apostrophe before text that a spreadsheet would run as a formula."""
        shown = self.shown()
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(shown.columns)
        writer.writerows([_cell(value) for value in row] for row in shown.rows)
        return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return value
