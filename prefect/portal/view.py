"""A dataset as a query sees it: columns and rows after faults have been applied."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.errors import no_such_column
from portal.schemas import SYSTEM_COLUMNS, Column


@dataclass(frozen=True)
class View:
    """Published columns in order, system columns, and an optional SQL condition on the rows.

    ``natural_order`` is the SQL order of rows if a query gives none; the real portal guarantees no order.
    """

    table: str
    columns: tuple[Column, ...]
    system: tuple[Column, ...] = SYSTEM_COLUMNS
    row_filter: str = "1"
    natural_order: str = "rowid"
    count_error: int = 0
    repeated_share: float = 0.0
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {column.name: column for column in (*self.system, *self.columns)}
        object.__setattr__(self, "_by_name", by_name)

    def column(self, name: str) -> Column:
        """The column with that field name (case-insensitive). Raises SodaError (400)."""
        found = self._by_name.get(name.lower())
        if found is None:
            raise no_such_column(name)
        return found
