"""The rollups that the database declares, and the choice of the narrowest one that covers a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg.sql import SQL, Composable, Identifier


class Population(NamedTuple):
    """Which served requests are counted, in the catalog's terms, and the date that the period applies to."""

    condition: str
    date: str | None


CREATED = Population("true", "created_date")
CLOSED = Population("closed_date IS NOT NULL", "closed_date")
OPEN = Population("is_open", None)
SERVED = SQL("(SELECT *, coalesce(city_id, 0) AS district_id FROM service_requests) AS served")
"""The individual requests, with a column for every dimension of the reports."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """``rollups`` are ordered from the fewest cells to the most."""

    rollups: Sequence[Mapping[str, Any]]
    dimensions: Mapping[str, str]
    """Dimension → its expression over ``service_requests``."""
    measures: Mapping[str, str]
    """Measure → condition on the rows of ``service_requests`` that it counts."""

    def relation(self, population: Population, dimensions: set[str], measures: Sequence[str]) -> Composable:
        """A relation with these dimensions and measures: the narrowest rollup, else ``service_requests``."""
        for rollup in self.rollups:
            fits = rollup["population"] == population.condition and set(measures) <= {*rollup["measures"]}
            if fits and dimensions <= {*rollup["dimensions"]}:
                return Identifier(rollup["rollup"])
        return self._requests(population, dimensions, measures)

    def _requests(self, population: Population, dimensions: set[str], measures: Sequence[str]) -> Composable:
        """One row per request, with the columns of a rollup. The expressions are the schema's own."""
        columns = [_named(self.dimensions[name], name) for name in sorted(dimensions)]
        columns += [_named(f"({self.measures[name]})::integer", name) for name in measures]
        return SQL("(SELECT {} FROM service_requests WHERE {} AND {}) AS cells").format(
            SQL(", ").join(columns),
            SQL(population.condition),
            _within(population.date),
        )


def _within(date: str | None) -> Composable:
    """The period as a condition that can use an index on the date; conditions on cells cannot."""
    if date is None:
        return SQL("true")
    column = Identifier(date)
    return SQL("{0} >= %(first)s::date AND {0} < %(last)s::date + 1").format(column)


def _named(expression: str, name: str) -> Composable:
    return SQL("{} AS {}").format(SQL(expression), Identifier(name))
