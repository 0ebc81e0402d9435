"""Which requests a report counts, and the narrowest rollup that can count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString, NamedTuple

from psycopg.sql import SQL, Composed, Identifier


class Dimension(NamedTuple):
    """A way to divide requests: its column in the rollups, and the table that has its names."""

    name: LiteralString
    plural: LiteralString
    column: LiteralString
    table: LiteralString
    label: LiteralString


TYPE = Dimension("type", "types", "type_id", "request_types", "type_name")
COUNCIL = Dimension("council", "councils", "council_id", "councils", "council_name")
AGENCY = Dimension("agency", "agencies", "agency_id", "agencies", "agency_name")
SOURCE = Dimension("source", "sources", "source_id", "sources", "source_name")
DIMENSIONS = (TYPE, COUNCIL, AGENCY, SOURCE)
NO_COUNCIL = 0
"""Requests outside every neighborhood council, or so published; shown apart."""

# From few cells to many.
ROLLUPS: tuple[tuple[LiteralString, frozenset[str]], ...] = (
    ("rollup_day_type", frozenset({"type_id"})),
    ("rollup_day_council", frozenset({"council_id"})),
    ("rollup_day_agency", frozenset({"agency_id"})),
    ("rollup_day_source", frozenset({"source_id"})),
    ("rollup_day_type_agency", frozenset({"type_id", "agency_id"})),
    ("rollup_day_type_source", frozenset({"type_id", "source_id"})),
    ("rollup_day_type_council", frozenset({"type_id", "council_id"})),
    ("rollup_daily", frozenset({"type_id", "council_id", "agency_id", "source_id"})),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Created from ``first`` to ``last``, both days whole; an empty tuple means all."""

    first: date
    last: date
    types: tuple[int, ...] = ()
    councils: tuple[int, ...] = ()
    agencies: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()

    def ids(self, dimension: Dimension) -> tuple[int, ...]:
        found: tuple[int, ...] = getattr(self, dimension.plural)
        return found

    @property
    def used(self) -> list[Dimension]:
        """The dimensions that are narrowed down."""
        return [dimension for dimension in DIMENSIONS if self.ids(dimension)]

    def parameters(self) -> dict[str, Any]:
        """Values for the placeholders of ``where`` and ``narrowed``."""
        ids = {dimension.plural: list(self.ids(dimension)) for dimension in self.used}
        return {"first": self.first, "last": self.last} | ids

    def narrowed(self) -> Composed:
        """The condition on types, councils, agencies and sources alone, for tables without a created date."""
        parts = [_one_of(dimension) for dimension in self.used]
        return SQL(" AND ").join(parts) if parts else Composed([SQL("true")])

    def where(self) -> Composed:
        return SQL("created_date BETWEEN %(first)s AND %(last)s AND {}").format(self.narrowed())

    def rollup(self, *columns: str) -> Identifier:
        """The narrowest table with these columns and those of the filters."""
        needed = {*columns, *(dimension.column for dimension in self.used)}
        return Identifier(next(table for table, has in ROLLUPS if needed <= has))


def _one_of(dimension: Dimension) -> Composed:
    # The name of a placeholder is one of our own four words.
    return SQL("{} = ANY({})").format(
        Identifier(dimension.column), SQL("%({})s").format(SQL(dimension.plural))
    )
