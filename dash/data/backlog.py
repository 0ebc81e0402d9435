"""Open requests by age. An age is whole days from the created day to the last full day, never below zero."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from pandas import DataFrame
from psycopg.sql import SQL, Composable, Identifier

from data.catalog import SERVED
from data.filters import Dimension, Filters
from data.warehouse import Warehouse


class Age(NamedTuple):
    """An age group in days, inclusive; ``most`` is None if open-ended. ``key`` is its value in URLs."""

    key: str
    name: str
    fewest: int
    most: int | None


AGES = (
    Age("0-7", "0 to 7 days", 0, 7),
    Age("8-30", "8 to 30 days", 8, 30),
    Age("31-90", "31 to 90 days", 31, 90),
    Age("over-90", "Over 90 days", 91, None),
)
COLUMNS = ("days_0_to_7", "days_8_to_30", "days_31_to_90", "over_90_days")
# Conditions on the created date can use the index of open requests, which is ordered by it.
COUNTED = SQL("""count(*) AS open,
        count(*) FILTER (WHERE created_date >= %(d7)s::date) AS days_0_to_7,
        count(*) FILTER (WHERE created_date >= %(d30)s::date AND created_date < %(d7)s::date) AS days_8_to_30,
        count(*) FILTER (WHERE created_date >= %(d90)s::date AND created_date < %(d30)s::date)
            AS days_31_to_90,
        count(*) FILTER (WHERE created_date < %(d90)s::date) AS over_90_days""")
OPEN = SQL("is_open AND (%(information)s OR NOT is_information) AND {narrowed}")
TOTALS = SQL("SELECT {counted}, min(created_date)::date AS oldest FROM {served} WHERE {where}")
BY = SQL("""
    SELECT {label} AS {name}, sum(open)::bigint AS open, {ages}
    FROM (SELECT {column}, {counted} FROM {served} WHERE {where} GROUP BY 1) AS counted
    JOIN {relation} AS named USING ({column})
    GROUP BY 1 ORDER BY 2 DESC, 1
""")


def totals(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """One row: open, one column per age (``COLUMNS``), oldest (the first created day, if any)."""
    return warehouse.frame(TOTALS.format(**_open(filters)), **_parameters(warehouse, filters))


def by(warehouse: Warehouse, filters: Filters, key: Dimension) -> DataFrame:
    """Columns: the key, open, and one per age; most open requests first."""
    names: dict[str, Composable] = {
        "label": Identifier(key.label),
        "name": Identifier(key.name),
        "column": Identifier(key.column),
        "relation": SQL(key.relation),
        "ages": SQL(", ").join(SQL("sum({0})::bigint AS {0}").format(Identifier(age)) for age in COLUMNS),
    }
    return warehouse.frame(BY.format(**_open(filters), **names), **_parameters(warehouse, filters))


def _open(filters: Filters) -> dict[str, Composable]:
    """The parts that both statements share."""
    where = OPEN.format(narrowed=filters.narrowed())
    return {"counted": COUNTED, "served": SERVED, "where": where}


def _parameters(warehouse: Warehouse, filters: Filters) -> dict[str, object]:
    """The first created days of the age groups; every filter applies except the period."""
    today: date = warehouse.facts().last_day or filters.last
    days = {f"d{days}": today - timedelta(days=days) for days in (7, 30, 90)}
    return filters.parameters() | days | {"information": filters.includes_information}
