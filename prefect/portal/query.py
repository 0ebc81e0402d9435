"""A SODA question (``$select``, ``$where``, ``$order``, ``$limit`` …) as one SQL statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.errors import SodaError, malformed
from portal.schemas import NUMBER, Column
from portal.soql.ast import Call, Name, Selected, Star
from portal.soql.compiler import Sql, compile_condition, compile_expression, compile_order, is_aggregate
from portal.soql.keyset import recognise
from portal.soql.literals import Value
from portal.soql.parser import parse_group, parse_order, parse_select, parse_where
from portal.view import View

DEFAULT_LIMIT = 1_000
MAX_LIMIT = 50_000
CLAUSES = frozenset({"$select", "$where", "$order", "$limit", "$offset", "$group", "$q", "$$app_token"})


@dataclass(frozen=True)
class Statement:
    """One SQL statement and the columns it answers with, in order."""

    columns: tuple[Column, ...]
    fields: tuple[Sql, ...]
    tail: str
    tail_values: tuple[Value, ...]
    limit: int

    def sql(self, row: str) -> tuple[str, tuple[Value, ...]]:
        """The statement that selects ``row``, an SQL expression with each field in it once and in order."""
        values = tuple(value for piece in self.fields for value in piece.values)
        return f"SELECT {row} {self.tail}", values + self.tail_values


def build(parameters: Mapping[str, str], view: View) -> Statement:
    """The statement that answers the parameters of a URL. Raises SodaError (400)."""
    for name in parameters:
        if name.startswith("$") and name not in CLAUSES:
            raise SodaError("query.unrecognized", f"Unrecognized arguments [{name}]")
    selected = _expand(parse_select(parameters.get("$select") or "*"), view)
    fields = tuple(_field(item, view) for item in selected)
    columns = tuple(_answered(item, field) for item, field in zip(selected, fields, strict=True))
    where = _where(parameters, view)
    group = _group(parameters, selected, view)
    order = _order(
        parameters, view, is_grouped=bool(group) or any(is_aggregate(i.expression) for i in selected)
    )
    limit, offset = _limit(parameters), _number(parameters, "$offset", 0)
    tail = f"FROM {view.table} WHERE {where.text}{group}{order.text} LIMIT {limit} OFFSET {offset}"
    return Statement(columns, fields, tail, where.values + order.values, limit)


def _expand(items: list[Selected], view: View) -> list[Selected]:
    expanded: list[Selected] = []
    for item in items:
        if isinstance(item.expression, Star):
            wanted = view.system if item.expression.system else view.columns
            expanded += [Selected(Name(column.name)) for column in wanted]
        else:
            expanded.append(item)
    return expanded


def _field(item: Selected, view: View) -> Sql:
    if isinstance(item.expression, Name):
        column = view.column(item.expression.name)
        return Sql(column.sql, (), column.type)
    compiled = compile_expression(item.expression, view)
    if item.expression == Call("count", (Star(),)):
        return Sql(f"({compiled.text} + {view.count_error})", (), NUMBER)
    return compiled


def _answered(item: Selected, field: Sql) -> Column:
    if item.alias:
        name = item.alias
    elif isinstance(item.expression, Name):
        name = item.expression.name.lower()
    elif isinstance(item.expression, Call):
        names = [a.name for a in item.expression.arguments if isinstance(a, Name)]
        name = "_".join([item.expression.function, *(n.lstrip(":") for n in names)])
    else:
        raise malformed("a selected value needs an alias")
    return Column(name, field.type or "text")


def _where(parameters: Mapping[str, str], view: View) -> Sql:
    text = f"({view.row_filter})"
    values: tuple[Value, ...] = ()
    if "$where" in parameters:
        condition = compile_condition(recognise(parse_where(parameters["$where"])), view)
        text, values = f"{text} AND {condition.text}", condition.values
    for name, value in parameters.items():
        if not name.startswith("$"):
            condition = compile_condition(
                parse_where(f"`{name}` = '{value.replace(chr(39), chr(39) * 2)}'"), view
            )
            text, values = f"{text} AND {condition.text}", values + condition.values
    return Sql(text, values)


def _group(parameters: Mapping[str, str], selected: list[Selected], view: View) -> str:
    if "$group" not in parameters:
        has_aggregate = any(is_aggregate(item.expression) for item in selected)
        if has_aggregate and not all(is_aggregate(item.expression) for item in selected):
            raise SodaError("query.soql.column-not-in-group-bys", "Column not in group bys")
        return ""
    keys = [compile_expression(item, view).text for item in parse_group(parameters["$group"])]
    return f" GROUP BY {', '.join(keys)}"


def _order(parameters: Mapping[str, str], view: View, *, is_grouped: bool) -> Sql:
    if parameters.get("$order"):
        items = [compile_order(item, view) for item in parse_order(parameters["$order"])]
        values = tuple(value for item in items for value in item.values)
        ties = "" if view.natural_order == "rowid" else f", {view.natural_order}"
        return Sql(" ORDER BY " + ", ".join(item.text for item in items) + ties, values)
    return Sql("" if is_grouped else f" ORDER BY {view.natural_order}")


def _limit(parameters: Mapping[str, str]) -> int:
    limit = _number(parameters, "$limit", DEFAULT_LIMIT)
    if limit > MAX_LIMIT:
        raise SodaError("query.limit-too-big", f"Cannot have a limit higher than {MAX_LIMIT}")
    return limit


def _number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, str(default))
    if not text.isdecimal() or len(text) > 15:
        raise SodaError("query.invalid-number", f"{name} must be a whole number, not {text!r}")
    return int(text)
