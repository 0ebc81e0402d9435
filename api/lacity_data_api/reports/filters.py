"""Filters of reports: ``name operator value``, read strictly and turned into conditions with bound values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lacity_data_api.errors import InvalidError
from lacity_data_api.reports.fields import NAMES, Field, expression_of

FORM = re.compile(r"\s*([a-z_]+)\s*(>=|<=|!=|=|>|<)(?![=<>!])\s*(.*?)\s*", re.DOTALL)
NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
IDS = ("council_id", "type_id", "agency_id", "source_id")
FILTER_NAMES = (*Field, *IDS)

# Days are whole ones: up to and including a day means before the next.
OF_DAYS = {
    ">=": "created_date >= CAST(:{p} AS date)",
    ">": "created_date >= CAST(:{p} AS date) + 1",
    "<=": "created_date < CAST(:{p} AS date) + 1",
    "<": "created_date < CAST(:{p} AS date)",
}
ONE_OF = {
    "created_date": "CAST(created_date AS date) = ANY (CAST(:{p} AS date[]))",
    "names": "{id} IN (SELECT {id} FROM {table} WHERE {name} = ANY (CAST(:{p} AS text[])))",
    "numbers": "{expression} = ANY (CAST(:{p} AS bigint[]))",
}


class Comparison(NamedTuple):
    """One filter, read."""

    name: str
    operator: str
    value: Any

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{self.value}"


class Where(NamedTuple):
    """A condition and the values of its parameters."""

    sql: str
    parameters: dict[str, Any]


def parse(filters: Sequence[str]) -> list[Comparison]:
    """Raises InvalidError that says which filter is wrong and how."""
    return [_parse(index, text) for index, text in enumerate(filters)]


def _parse(index: int, text: str) -> Comparison:
    match = FORM.fullmatch(text)
    if match is None:
        raise _invalid(
            index, "name, operator (= != < <= > >=) and value are needed: created_date>=2020-01-31"
        )
    name, operator, value = match.groups()
    if name not in FILTER_NAMES:
        raise _invalid(index, f"can be about {', '.join(FILTER_NAMES)}")
    if not value:
        raise _invalid(index, "a value is needed after the operator")
    if name in NAMES and operator not in {"=", "!="}:
        raise _invalid(index, "names are compared with = or !=")
    return Comparison(name, operator, _value(index, name, value))


def _value(index: int, name: str, value: str) -> Any:
    if name in NAMES:
        return value
    if name == Field.CREATED_DATE:
        return _day(index, value)
    if not NUMBER.fullmatch(value):
        raise _invalid(index, "a whole number is needed after the operator")
    return int(value)


def _day(index: int, value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise _invalid(index, "a day is needed after the operator, as 2020-01-31") from error


def _invalid(index: int, message: str) -> InvalidError:
    return InvalidError(["query", "filter", index], message)


def where(comparisons: Iterable[Comparison]) -> Where:
    """All must hold; of several ``name=value`` of one name, any. Only texts of ours are in the SQL."""
    listed = list(comparisons)
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for name, operator, values in _gathered([*listed, *_days_of_years(listed)]):
        parameter = f"value_{len(parameters)}"
        conditions.append(_condition(name, operator).format(p=parameter))
        parameters[parameter] = values
    return Where(" AND ".join(conditions) or "true", parameters)


def _gathered(comparisons: list[Comparison]) -> Iterable[tuple[str, str, Any]]:
    """Equalities, and inequalities, of one name together with all of their values; the rest one by one."""
    lists: dict[tuple[str, str], list[Any]] = {}
    for name, operator, value in comparisons:
        if operator in {"=", "!="}:
            lists.setdefault((name, operator), []).append(value)
        else:
            yield name, operator, value
    for (name, operator), values in lists.items():
        yield name, operator, values


def _condition(name: str, operator: str) -> str:
    if operator == "!=":
        return f"NOT ({_one_of(name)})"
    if operator == "=":
        return _one_of(name)
    if name == Field.CREATED_DATE:
        return OF_DAYS[operator]
    return f"{expression_of(name)} {operator} CAST(:{{p}} AS bigint)"


def _one_of(name: str) -> str:
    if name in NAMES:
        return ONE_OF["names"].format(name=name, **NAMES[name]._asdict(), p="{p}")
    if name == Field.CREATED_DATE:
        return ONE_OF["created_date"]
    return ONE_OF["numbers"].format(expression=expression_of(name), p="{p}")


def _days_of_years(comparisons: list[Comparison]) -> list[Comparison]:
    """Years and listed days as the days between which they lie, which indexes find."""
    days = [value for name, operator, value in comparisons if (name, operator) == (Field.CREATED_DATE, "=")]
    years = [value for name, operator, value in comparisons if (name, operator) == (Field.CREATED_YEAR, "=")]
    bounds = [(">=", min(years)), ("<=", max(years))] if years else []
    bounds += [
        (operator, value)
        for name, operator, value in comparisons
        if name == Field.CREATED_YEAR and operator in OF_DAYS
    ]
    between = [_day_of_year(*bound) for bound in bounds if dt.MINYEAR <= bound[1] <= dt.MAXYEAR]
    if days:
        between += [_created(">=", min(days)), _created("<=", max(days))]
    return between


def _created(operator: str, day: dt.date) -> Comparison:
    return Comparison(Field.CREATED_DATE, operator, day)


def _day_of_year(operator: str, year: int) -> Comparison:
    is_first = operator in {">=", "<"}
    return _created(operator, dt.date(year, 1, 1) if is_first else dt.date(year, 12, 31))
