"""A SODA query (``$select``, ``$where``, ``$order``, ``$limit`` …) as one SQL statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal import soql
from portal.errors import SodaError, malformed, query_error
from portal.soql import Sql
from portal.view import View

DEFAULT_LIMIT = 1_000
MAX_LIMIT = 50_000
CLAUSES = frozenset({"$select", "$where", "$order", "$limit", "$offset", "$group", "$$app_token"})


@dataclass(frozen=True)
class Statement:
    """One SQL statement and the columns of its rows, in order."""

    columns: tuple[Sql, ...]
    tail: str
    values: tuple[str | float, ...]
    limit: int

    def sql(self, row: str) -> str:
        """The statement that selects ``row``, an SQL expression over the columns."""
        return f"SELECT {row} {self.tail}"


def build(parameters: Mapping[str, str], view: View) -> Statement:
    """The statement for the parameters of a SODA 2 URL. Raises SodaError (400)."""
    for name in parameters:
        if name.startswith("$") and name not in CLAUSES:
            raise SodaError("query.unrecognized", f"Unrecognized arguments [{name}]")
    limit = _number(parameters, "$limit", DEFAULT_LIMIT)
    if limit > MAX_LIMIT:
        raise SodaError("query.limit-too-big", f"Cannot have a limit higher than {MAX_LIMIT}")
    return _statement(parameters, view, limit, _number(parameters, "$offset", 0))


def build_soda3(body: Mapping[str, Any], view: View) -> Statement:
    """The statement for the body of a SODA 3 query: one page of the rows that the query selects.

    ``page`` counts within the query's own limit; ``includeSynthetic`` adds the system columns to ``*``.
    """
    parameters = soql.clauses(str(body.get("query") or "SELECT *"))
    if body.get("orderingSpecifier", "total") not in ("total", "no_preserve", "discard"):
        raise SodaError("invalid_request", "orderingSpecifier is total, no_preserve or discard")
    if body.get("orderingSpecifier") == "discard":
        parameters.pop("$order", None)
    if body.get("includeSynthetic", True) and parameters["$select"].strip() == "*":
        parameters["$select"] = ":*, *"
    limit, offset = _number(parameters, "$limit", DEFAULT_LIMIT), _number(parameters, "$offset", 0)
    if page := body.get("page"):
        size, number = _positive(page, "pageSize", DEFAULT_LIMIT), _positive(page, "pageNumber", 1)
        start = size * (number - 1)
        limit = max(0, min(size, _number(parameters, "$limit", start + size) - start))
        offset += start
    return _statement(parameters, view, limit, offset)


def _statement(parameters: Mapping[str, str], view: View, limit: int, offset: int) -> Statement:
    columns = tuple(soql.selected(parameters.get("$select") or "*", view))
    aliases = {column.name: column for column in columns}
    where = _where(parameters, view)
    group = _group(parameters, columns, view, aliases)
    order = _order(parameters, columns, view, aliases)
    tail = f"FROM {view.table} WHERE {where.text}{group}{order} LIMIT {limit} OFFSET {offset}"
    return Statement(columns, tail, where.values, limit)


def _where(parameters: Mapping[str, str], view: View) -> Sql:
    conditions = [soql.condition(parameters["$where"], view)] if "$where" in parameters else []
    for name, value in parameters.items():
        if not name.startswith("$"):
            conditions.append(soql.condition(f"`{name}` = '{value.replace(chr(39), chr(39) * 2)}'", view))
    text = " AND ".join([f"({view.row_filter})", *(item.text for item in conditions)])
    return Sql(text, tuple(value for item in conditions for value in item.values))


def _group(
    parameters: Mapping[str, str], columns: tuple[Sql, ...], view: View, aliases: Mapping[str, Sql]
) -> str:
    items = parameters["$group"].split(",") if "$group" in parameters else []
    keys = [soql.expression(item, view, aliases).text for item in items]
    is_aggregated = bool(keys) or any(column.is_aggregate for column in columns)
    if is_aggregated and any(not c.is_aggregate and c.text not in keys for c in columns):
        raise query_error("query.soql.column-not-in-group-bys", "Column not in group bys")
    return f" GROUP BY {', '.join(keys)}" if keys else ""


def _order(
    parameters: Mapping[str, str], columns: tuple[Sql, ...], view: View, aliases: Mapping[str, Sql]
) -> str:
    if parameters.get("$order"):
        ties = "" if view.natural_order == "rowid" else f", {view.natural_order}"
        return f" ORDER BY {soql.ordered(parameters['$order'], view, aliases)}{ties}"
    is_aggregated = "$group" in parameters or any(column.is_aggregate for column in columns)
    return "" if is_aggregated else f" ORDER BY {view.natural_order}"


def _number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, str(default))
    if not text.isdecimal() or len(text) > 15:
        raise SodaError("query.invalid-number", f"{name} must be a whole number, not {text!r}")
    return int(text)


def _positive(page: Mapping[str, Any], name: str, default: int) -> int:
    value = page.get(name, default)
    if not isinstance(value, int) or value < 1:
        raise malformed(f"{name} must be a positive whole number")
    return value
