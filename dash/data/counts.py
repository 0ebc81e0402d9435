"""Counts of requests: the one query behind every count, with any grouping that a report needs."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pandas import DataFrame
from psycopg.sql import SQL, Composable, Identifier

from data.catalog import CREATED, OPEN, Population
from data.filters import TYPE, Dimension, Filters
from data.warehouse import Warehouse

Step = Literal["day", "week", "month", "year"]
Key = Dimension | Step

# Cells are summed by id before names are joined, because there are few ids and many cells. Names are then
# grouped again, because agencies with the same name are one agency to a reader.
COUNT = SQL("""
    SELECT {keys}, sum(cells.requests)::bigint AS requests
    FROM (
        SELECT {columns}, sum({counted}) AS requests FROM {relation} WHERE {where} GROUP BY {column_places}
    ) AS cells {joins}
    GROUP BY {key_places} HAVING sum(cells.requests) > 0 ORDER BY requests DESC, {key_places}
""")
TOTALS = SQL("""
    SELECT coalesce(sum({counted}), 0)::bigint AS requests, coalesce(sum(unlocated), 0)::bigint AS unlocated,
        coalesce(sum(information), 0)::bigint AS information
    FROM {relation} WHERE {where}
""")


BY_LOCATION = SQL("""
    SELECT type_name AS type, on_the_map, not_on_the_map
    FROM (
        SELECT type_id,
            sum(requests - unlocated)::bigint AS on_the_map, sum(unlocated)::bigint AS not_on_the_map
        FROM {relation} WHERE {where} GROUP BY 1 HAVING sum(requests) > 0
    ) AS cells JOIN request_types USING (type_id)
    ORDER BY 2 DESC, 1
""")


class Totals(NamedTuple):
    """Counted requests, how many of them have no location, and the information calls in the selection."""

    requests: int
    unlocated: int | None
    """None if information calls count: rollups do not know which of them have a location."""
    information: int | None
    """None if the requests are selected by more than filters, such as by their status."""


def count(warehouse: Warehouse, filters: Filters, *keys: Key, population: Population = CREATED) -> DataFrame:
    """Requests by these keys, largest group first; groups without requests are left out.

    A dimension's column contains its name, a step's column the first day of the step (by the population's
    date).
    """
    columns = {_column(key): _expression(key, population) for key in keys}
    query = COUNT.format(
        keys=SQL(", ").join(map(_selected, keys)),
        columns=SQL(", ").join(
            SQL("{} AS {}").format(value, Identifier(name)) for name, value in columns.items()
        ),
        counted=_counted(filters),
        relation=_relation(warehouse, filters, population, *keys),
        where=filters.where(population),
        column_places=_places(len(columns)),
        joins=SQL(" ").join(_join(key) for key in keys if isinstance(key, Dimension)),
        key_places=_places(len(keys)),
    )
    return warehouse.frame(query, **filters.parameters())


def totals(warehouse: Warehouse, filters: Filters) -> Totals:
    """The totals of the selection; information calls are listed separately even if they count."""
    measures = ("requests", "unlocated", "information")
    relation = _relation(warehouse, filters, CREATED, measures=measures)
    query = TOTALS.format(counted=_counted(filters), relation=relation, where=filters.where())
    found = Totals(*map(int, warehouse.frame(query, **filters.parameters()).iloc[0]))
    return found._replace(unlocated=None) if filters.includes_information else found


def by_location(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """Requests without information calls by type; columns: type, on_the_map, not_on_the_map."""
    relation = _relation(warehouse, filters, CREATED, TYPE, measures=("requests", "unlocated"))
    query = BY_LOCATION.format(relation=relation, where=filters.where())
    return warehouse.frame(query, **filters.parameters())


def total(warehouse: Warehouse, filters: Filters) -> int:
    """Requests created in the period."""
    return totals(warehouse, filters).requests


OPEN_TOTAL = SQL("SELECT coalesce(sum(requests), 0)::bigint AS requests FROM {relation} WHERE {where}")


def open_now(warehouse: Warehouse, filters: Filters) -> int:
    """Open requests regardless of their creation date; every filter except the period applies."""
    relation = _relation(warehouse, filters, OPEN, measures=("requests",))
    query = OPEN_TOTAL.format(relation=relation, where=filters.where(OPEN))
    return int(warehouse.frame(query, **filters.parameters())["requests"].iloc[0])


def _relation(
    warehouse: Warehouse,
    filters: Filters,
    population: Population,
    *keys: Key,
    measures: tuple[str, ...] | None = None,
) -> Composable:
    dimensions = {one.column for one in filters.used}
    dimensions |= {key.column for key in keys if isinstance(key, Dimension)}
    if population.date:
        dimensions.add(population.date)
    counted = ("requests", "information") if filters.includes_information else ("requests",)
    return warehouse.facts().catalog.relation(population, dimensions, measures or counted)


def _counted(filters: Filters) -> Composable:
    return SQL("requests + information") if filters.includes_information else SQL("requests")


def _column(key: Key) -> str:
    return key.column if isinstance(key, Dimension) else key


def _expression(key: Key, population: Population) -> Composable:
    if isinstance(key, Dimension):
        return Identifier(key.column)
    day = Identifier(population.date or "created_date")
    return day if key == "day" else SQL("date_trunc({}, {}::timestamp)::date").format(key, day)


def _selected(key: Key) -> Composable:
    if isinstance(key, Dimension):
        return SQL("{}.{} AS {}").format(
            Identifier(f"{key.name}_names"), Identifier(key.label), Identifier(key.name)
        )
    return SQL("cells.{}").format(Identifier(key))


def _join(key: Dimension) -> Composable:
    return SQL("JOIN {} AS {} USING ({})").format(
        SQL(key.relation), Identifier(f"{key.name}_names"), Identifier(key.column)
    )


def _places(number: int) -> Composable:
    return SQL(", ").join(SQL(str(place)) for place in range(1, number + 1))
