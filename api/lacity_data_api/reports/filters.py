"""Filters of reports: ``name operator value``, parsed strictly into conditions with bound values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lacity_data_api.errors import InvalidError
from lacity_data_api.params import parse_date
from lacity_data_api.reports.fields import DAYS, NAMES, Field, expression_of
from lacity_data_api.statements import Where

# Blanks after the value are stripped later: a lazy group would try every number of them.
FORM = re.compile(r"\s*([a-z_]+)\s*(>=|<=|!=|<>|=|>|<)(?![=<>!])\s*(.*)", re.DOTALL)
NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
FILTER_NAMES = (*Field, "council_id", "type_id", "agency_id", "source_id", "closed_date")

# Days are whole: "up to and including a day" means before the next day.
DAY_OPERATORS = {
    ">=": "{name} >= CAST(:{p} AS date)",
    ">": "{name} >= CAST(:{p} AS date) + 1",
    "<=": "{name} < CAST(:{p} AS date) + 1",
    "<": "{name} < CAST(:{p} AS date)",
}
ANY_DAY = "CAST({name} AS date) = ANY (CAST(:{p} AS date[]))"
ANY_NAME = "{id} IN (SELECT {id} FROM {table} WHERE {name} = ANY (CAST(:{p} AS text[])))"
ANY_NUMBER = "{expression} = ANY (CAST(:{p} AS bigint[]))"


class Comparison(NamedTuple):
    """One parsed filter."""

    name: str
    operator: str
    value: Any


def parse(filters: Sequence[str]) -> list[Comparison]:
    """Raises InvalidError, which says which filter is wrong and why."""
    return [_parse(index, text) for index, text in enumerate(filters)]


def _parse(index: int, text: str) -> Comparison:
    match = FORM.fullmatch(text)
    if match is None:
        raise _invalid(
            index, "name, operator (= != <> < <= > >=) and value are needed: created_date>=2020-01-31"
        )
    name, operator, value = match[1], match[2], match[3].rstrip()
    operator = "!=" if operator == "<>" else operator
    if name not in FILTER_NAMES:
        raise _invalid(index, f"the name must be one of {', '.join(FILTER_NAMES)}")
    if not value:
        raise _invalid(index, "a value is needed after the operator")
    if name in NAMES and operator not in {"=", "!="}:
        raise _invalid(index, "names are compared with = or !=")
    return Comparison(name, operator, _value(index, name, value))


def _value(index: int, name: str, value: str) -> Any:
    if name in NAMES:
        return value
    if name in DAYS:
        return _day(index, value)
    if not NUMBER.fullmatch(value):
        raise _invalid(index, "a whole number is needed after the operator")
    return int(value)


def _day(index: int, value: str) -> dt.date:
    try:
        return parse_date(value)
    except ValueError as error:
        raise _invalid(index, "a day is needed after the operator, as 2020-01-31") from error


def _invalid(index: int, message: str) -> InvalidError:
    return InvalidError(["query", "filter", index], message)


def where(comparisons: Iterable[Comparison], prefix: str = "value") -> Where:
    """All must match; equalities of the same name are alternatives. The SQL contains no text from clients."""
    listed = list(comparisons)
    numbered = enumerate(_gathered([*listed, *_implied_days(listed)]))
    return Where.all_of(_condition(f"{prefix}_{number}", *gathered) for number, gathered in numbered)


def _gathered(comparisons: list[Comparison]) -> Iterable[Comparison]:
    """Equalities and inequalities are grouped by name, with a list of values; the others stay separate."""
    lists: dict[tuple[str, str], list[Any]] = {}
    for comparison in comparisons:
        if comparison.operator in {"=", "!="}:
            lists.setdefault(comparison[:2], []).append(comparison.value)
        else:
            yield comparison
    for (name, operator), values in lists.items():
        yield Comparison(name, operator, values)


def _condition(parameter: str, name: str, operator: str, value: Any) -> Where:
    if operator in {"=", "!="}:
        sql = _any_of(name)
        # A request that is not closed has no closed date, so it is not closed on that day either.
        sql = sql if operator == "=" else f"({sql}) IS NOT TRUE"
    elif name in DAYS:
        sql = DAY_OPERATORS[operator].replace("{name}", name)
    else:
        sql = f"{expression_of(name)} {operator} CAST(:{{p}} AS bigint)"
    return Where(sql.format(p=parameter), {parameter: value})


def _any_of(name: str) -> str:
    if name in NAMES:
        return ANY_NAME.format(name=name, **NAMES[name]._asdict(), p="{p}")
    if name in DAYS:
        return ANY_DAY.format(name=name, p="{p}")
    return ANY_NUMBER.format(expression=expression_of(name), p="{p}")


def _implied_days(comparisons: list[Comparison]) -> list[Comparison]:
    """Years and listed days as a range of days, which can use an index."""
    days = [value for name, operator, value in comparisons if (name, operator) == (Field.CREATED_DATE, "=")]
    years = [value for name, operator, value in comparisons if (name, operator) == (Field.CREATED_YEAR, "=")]
    bounds = [(">=", min(years)), ("<=", max(years))] if years else []
    bounds += [
        (operator, value)
        for name, operator, value in comparisons
        if name == Field.CREATED_YEAR and operator in DAY_OPERATORS
    ]
    implied = [_year_as_day(*bound) for bound in bounds if dt.MINYEAR <= bound[1] <= dt.MAXYEAR]
    if days:
        implied += [_created(">=", min(days)), _created("<=", max(days))]
    return implied


def _created(operator: str, day: dt.date) -> Comparison:
    return Comparison(Field.CREATED_DATE, operator, day)


def _year_as_day(operator: str, year: int) -> Comparison:
    is_first = operator in {">=", "<"}
    return _created(operator, dt.date(year, 1, 1) if is_first else dt.date(year, 12, 31))
