"""The rollups over ``service_requests``, as described by the database's catalog when a merge begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from pipeline.columns import names
from pipeline.database import Connection, composed, fetch, fetch_one, run, trusted

COMMA, OR, AND = sql.SQL(", "), sql.SQL(" OR "), sql.SQL(" AND ")
LOCK_TIMEOUT_SECONDS = 1_800
"""Longer than a migration needs to fill new rollups, or to build an index, of a large city."""


@dataclass(frozen=True)
class Rollup:
    """A table of exact counts; its primary key is its dimensions. Cells whose measures are all 0 are deleted.

    ``order``: the dimensions in the order in which cells are written.
    """

    table: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    population: str
    order: tuple[str, ...]


@dataclass(frozen=True)
class RollupCatalog:
    """The rollups, and the SQL of every dimension and measure over a row of ``service_requests``."""

    rollups: tuple[Rollup, ...]
    dimensions: dict[str, tuple[str, str]]
    measures: dict[str, str]

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(rollup.table for rollup in self.rollups)

    @property
    def populations(self) -> dict[str, str]:
        """A column of ``delta`` for each population."""
        distinct = sorted({rollup.population for rollup in self.rollups})
        return {population: f"population_{at}" for at, population in enumerate(distinct, 1)}


NO_ROLLUPS = RollupCatalog((), {}, {})


def read_catalog(connection: Connection) -> RollupCatalog:
    """The current content of ``rollup_catalog``, ``rollup_dimensions`` and ``rollup_measures``."""
    rollups = tuple(
        Rollup(
            row["rollup"],
            tuple(row["dimensions"]),
            tuple(row["measures"]),
            row["population"],
            tuple(row["ordered"]),
        )
        for row in fetch(connection, "rollups/catalog")
    )
    dimensions = fetch(connection, "rollups/dimensions")
    return RollupCatalog(
        rollups,
        {row["name"]: (row["sql_type"], row["expression"]) for row in dimensions},
        {row["name"]: row["condition"] for row in fetch(connection, "rollups/measures")},
    )


def lock_catalog(connection: Connection) -> RollupCatalog:
    """The catalog, to which no migration adds a rollup until this transaction ends; must be its first call.

    Waits for a migration that is adding rollups or an index. Raises LockNotAvailable if that takes longer
    than LOCK_TIMEOUT_SECONDS, which limits every later wait of the transaction too.
    """
    run(connection, "rollups/limit_lock_wait", {"limit": f"{LOCK_TIMEOUT_SECONDS}s"})
    run(connection, "rollups/lock")
    return read_catalog(connection)


def add_delta(connection: Connection, catalog: RollupCatalog) -> None:
    """Update every rollup with the differences between ``before`` and ``after``."""
    _create_delta(connection, catalog)
    keys = len(catalog.dimensions) + len(catalog.populations)
    lists: dict[str, sql.Composable] = {
        "changes": COMMA.join(_change(condition) for condition in catalog.measures.values()),
        "has_changed": OR.join(
            sql.SQL("{} <> 0").format(_change(condition)) for condition in catalog.measures.values()
        ),
        "keys": COMMA.join(sql.Literal(place) for place in range(1, keys + 1)),
    }
    connection.execute(composed("rollups/compare", **_select(catalog), **lists))
    for rollup in catalog.rollups:
        lists = _lists(catalog, rollup, sql.Identifier(rollup.table))
        if cells := fetch_one(connection, "rollups/add_delta", **lists)["emptied"]:
            connection.execute(composed("rollups/delete_empty_cells", **lists), {"cells": cells})


def flatten(connection: Connection, catalog: RollupCatalog) -> None:
    """Insert the new served rows into ``delta``, one row per request."""
    _create_delta(connection, catalog)
    counts = COMMA.join(sql.SQL("({})::integer").format(trusted(c)) for c in catalog.measures.values())
    connection.execute(composed("rollups/flatten", **_select(catalog), counts=counts))


def fill(connection: Connection, catalog: RollupCatalog, rollup: Rollup, new: sql.Identifier) -> None:
    """Fill an empty rollup table with counts of the rows in ``delta``."""
    connection.execute(composed("rollups/fill", **_lists(catalog, rollup, new)))


def _create_delta(connection: Connection, catalog: RollupCatalog) -> None:
    columns = [(name, sql_type) for name, (sql_type, _) in catalog.dimensions.items()]
    columns += [(name, "boolean") for name in catalog.populations.values()]
    columns += [(name, "integer") for name in catalog.measures]
    definition = sql.SQL("{} {}")
    definitions = COMMA.join(definition.format(sql.Identifier(name), trusted(kind)) for name, kind in columns)
    connection.execute(composed("tables/delta", definitions=definitions))


def _select(catalog: RollupCatalog) -> dict[str, sql.Composable]:
    """The expressions of ``delta``, over the columns of ``service_requests``."""
    columns = (*catalog.dimensions, *catalog.populations.values(), *catalog.measures)
    expressions = (expression for _, expression in catalog.dimensions.values())
    return {
        "names": names(columns),
        "dimensions": COMMA.join(map(trusted, expressions)),
        "populations": COMMA.join(map(trusted, catalog.populations)),
    }


def _change(condition: str) -> sql.Composed:
    return sql.SQL("coalesce(sum(one) FILTER (WHERE {}), 0)").format(trusted(condition))


def _lists(catalog: RollupCatalog, rollup: Rollup, table: sql.Identifier) -> dict[str, sql.Composable]:
    return {
        "rollup": table,
        "dimensions": names(rollup.dimensions),
        "measures": names(rollup.measures),
        "population": sql.Identifier(catalog.populations[rollup.population]),
        "order": names(rollup.order),
        "sums": _each(rollup.measures, "sum({0})::integer"),
        "has_changed": _each(rollup.measures, "sum({0}) <> 0", OR),
        "additions": _each(rollup.measures, "{0} = cells.{0} + excluded.{0}"),
        "is_empty": _each(rollup.measures, "cells.{0} = 0", AND),
    }


def _each(measures: Iterable[str], template: str, joint: sql.SQL = COMMA) -> sql.Composed:
    return joint.join(trusted(template).format(sql.Identifier(measure)) for measure in measures)
