"""All other figures of the pages for the selections of one area, counted here from the published rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from math import ceil
from typing import Any, NamedTuple

import pytest
from support.cards import card, dicts, figures, rows
from support.databases import Database
from support.raw import RAW

from data.warehouse import Warehouse
from integration.test_area_selections import Case, every_case, search_of
from pages import (
    nc_summary_comparison,
    neighborhood,
    neighborhood_weekly,
    overview_combined,
    recent,
    time_to_close,
    types_map,
)
from report_kit.content import CardContent

PUBLISHED = """SELECT created::date, closed::date, type, coalesce(type_group, 'Other'), source, council,
    population, district, (SELECT region_name FROM regions WHERE region_id = region), days FROM raw"""


class Row(NamedTuple):
    """One published request."""

    created: date
    closed: date | None
    type: str
    group: str
    source: str
    council: str
    population: int | None
    district: int
    region: str | None
    days: int


Key = Callable[[Row], Any]


class Rows(NamedTuple):
    """The rows of a case: those created on its days, and those closed in its months."""

    created: list[Row]
    closed: list[Row]
    search: str


def of_case(city: Database, warehouse: Warehouse, case: Case, *, area: bool = True) -> Rows:
    last_day = warehouse.facts().last_day
    assert last_day is not None
    first, last = (last_day - timedelta(days=days - 1) for days in (case.first, case.last))
    found = [Row(*row) for row in city.run(RAW + f"{PUBLISHED} WHERE {case.is_mine if area else case.where}")]
    months = (first.replace(day=1), (last.replace(day=1) + timedelta(days=32)).replace(day=1))
    return Rows(
        [row for row in found if first <= row.created <= last],
        [row for row in found if row.closed and months[0] <= row.closed < months[1]],
        search_of(case, warehouse, area=area),
    )


def counted(found: Iterable[Row], *keys: Key) -> dict[Any, int]:
    groups = Counter(tuple(key(row) for key in keys) for row in found)
    return {key if len(keys) > 1 else key[0]: number for key, number in groups.items()}


def shown(content: CardContent, keys: int, value: str = "requests") -> dict[Any, Any]:
    """Rows of a card, keyed by their first columns; rows with a count of zero are left out."""
    found = {tuple(row.values())[:keys]: row[value] for row in dicts(content)}
    return {key if keys > 1 else key[0]: number for key, number in found.items() if number}


def percentile(days: list[int], share: float) -> int:
    return sorted(days)[ceil(share * len(days)) - 1]


def times(found: list[Row], *keys: Key) -> dict[Any, tuple[int, int, int]]:
    """By key: how many were closed, and the median and 90th percentile of the days to close."""
    groups: dict[Any, list[int]] = {}
    for row in found:
        groups.setdefault(tuple(key(row) for key in keys), []).append(row.days)
    return {key: (len(days), percentile(days, 0.5), percentile(days, 0.9)) for key, days in groups.items()}


def type_of(row: Row) -> str:
    return row.type


def council_of(row: Row) -> str:
    return row.council


def day(row: Row) -> str:
    return row.created.isoformat()


def month(row: Row) -> str:
    assert row.closed
    return row.closed.replace(day=1).isoformat()


NAMES: dict[str, Key] = {
    "group": lambda row: row.group,
    "region": lambda row: row.region or row.council,
    "district": lambda row: f"District {row.district}" if row.district else "No district",
}


@every_case
def test_time_to_close_by_everything(city: Database, warehouse: Warehouse, case: Case) -> None:
    found = of_case(city, warehouse, case)
    for name, keys in {
        "trend": (month,),
        "group-trend": (lambda row: row.group, month),
        "by-group": (lambda row: row.group,),
        "type-trend": (type_of, month),
        "by-type": (type_of,),
        "council-trend": (council_of, month),
        "by-council": (council_of,),
    }.items():
        content = card(warehouse, time_to_close.REPORT, name, found.search)
        listed = {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in rows(content)}
        assert listed == times(found.closed, *keys), name


@every_case
def test_a_council_by_itself(city: Database, warehouse: Warehouse, case: Case) -> None:
    found = of_case(city, warehouse, case)

    def build(report: Any, name: str) -> CardContent:
        return card(warehouse, report.REPORT, name, found.search)

    for report in (neighborhood, recent):
        assert shown(build(report, "by-day"), 2) == counted(found.created, type_of, day)
    changed = build(neighborhood_weekly, "change-by-type")
    assert shown(changed, 1, "new_requests") == counted(found.created, type_of)
    compared = {
        "by-type": counted(found.created, council_of, type_of),
        "by-source": counted(found.created, council_of, lambda row: row.source),
        "days-to-close": counted(
            (row for row in found.created if row.closed), council_of, lambda row: row.days
        ),
    }
    for name, expected in compared.items():
        assert shown(build(nc_summary_comparison, name), 2) == expected, name
    over_time = shown(build(nc_summary_comparison, "over-time"), 2)
    mine = [number for key, number in over_time.items() if key[1] != nc_summary_comparison.AVERAGE]
    assert sum(mine) == len(found.created)


@every_case
def test_rates_of_a_council(city: Database, warehouse: Warehouse, case: Case) -> None:
    found, everyone = of_case(city, warehouse, case), of_case(city, warehouse, case, area=False)
    people = city.value(f"SELECT population_2020 FROM councils WHERE council_id = {case.council}")
    all_people = city.value("SELECT sum(population_2020) FROM councils")
    of_councils = sum(row.population is not None for row in everyone.created)
    value = figures(card(warehouse, neighborhood.REPORT, "numbers", found.search))
    assert value["requests"] == len(found.created)
    if people:
        assert value["per_10000_people"] == pytest.approx(10_000 * len(found.created) / people)
    assert value["all_councils_per_10000_people"] == pytest.approx(10_000 * of_councils / all_people)
    regions = card(warehouse, types_map.REPORT, "by-region", everyone.search)
    assert shown(regions, 1) == counted(
        (row for row in everyone.created if row.region), lambda row: row.region
    )
    for row in dicts(regions):
        rate = 10_000 * row["requests"] / row["people_2020"]
        assert row["requests_per_10000_people"] == pytest.approx(rate)


@every_case
def test_the_overview_by_everything(city: Database, warehouse: Warehouse, case: Case) -> None:
    found = of_case(city, warehouse, case)
    for report, names in ((overview_combined, ("group", "region", "district")), (recent, ())):
        for name in names:
            expected = counted(found.created, NAMES[name])
            assert shown(card(warehouse, report.REPORT, f"by-{name}", found.search), 1) == expected, name
        weekdays = counted(found.created, lambda row: row.created.strftime("%A"))
        assert shown(card(warehouse, report.REPORT, "by-weekday", found.search), 1) == weekdays
        over_time = dicts(card(warehouse, report.REPORT, "over-time", found.search))
        assert sum(row["requests"] for row in over_time) == len(found.created)
        days = case.first - case.last + 1 if found.created else 0
        assert sum(row["days"] for row in over_time) == days
