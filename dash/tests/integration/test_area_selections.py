"""One area, the map and time to close over many selections, against the rows as published."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from support.cards import card, column, dicts, figures, rows, total
from support.databases import Database
from support.raw import RAW

from data.warehouse import Warehouse
from pages import nc_summary_comparison, neighborhood, neighborhood_weekly, time_to_close, types_map


class Case(NamedTuple):
    """A council, types in the URL and in SQL, and the days before today, both included."""

    council: int = 52
    search: str = ""
    where: str = "true"
    first: int = 30
    last: int = 1

    @property
    def is_mine(self) -> str:
        name = f"SELECT council_name FROM councils WHERE council_id = {self.council}"
        return f"council = ({name}) AND {self.where}"

    def within(self, column: str) -> str:
        return f"{column} >= today - {self.first} AND {column} < today - {self.last} + 1"


BULKY, BOTH = "type = 'Bulky Items'", "type IN ('Bulky Items', 'Graffiti')"
GROUP = "type IN (SELECT type_name FROM request_types WHERE group_id = 1)"
CASES = {
    "a month": Case(),
    "a week": Case(first=7),
    "the last day": Case(first=1),
    "a day of last week": Case(first=8, last=8),
    "parts of two months": Case(first=40, last=12),
    "a year": Case(first=365),
    "years": Case(first=1090),
    "a type": Case(search="&type=4", where=BULKY),
    "two types": Case(search="&type=4,1", where=BOTH, first=90),
    "a group": Case(search="&group=1", where=GROUP, first=90),
    "another council": Case(1, first=365),
    "another council and a type": Case(1, "&type=4", BULKY, 1090),
    "one in ninety-nine": Case(88, first=1090),
    "no council": Case(0, first=365),
    "no council and a group": Case(0, "&group=1", GROUP, 1090),
    "nothing": Case(search="&type=4711", where="false"),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
PERCENTILES = """count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
    percentile_disc(0.9) WITHIN GROUP (ORDER BY days),
    count(*) FILTER (WHERE days = 0), count(*) FILTER (WHERE days <= 7)"""
# The only request of its type, council and day.
ALONE = """SELECT council_id, type_id, (today - created::date), type
    FROM past JOIN councils ON council_name = council JOIN request_types ON type_name = type
    WHERE created >= today - 30
    GROUP BY 1, 2, 3, 4 HAVING count(*) = 1 ORDER BY 1, 2, 3 LIMIT 1"""


def search_of(case: Case, warehouse: Warehouse, *, area: bool = True) -> str:
    last_day = warehouse.facts().last_day
    assert last_day is not None
    today = last_day.toordinal() + 1
    first, last = (last_day.fromordinal(today - days) for days in (case.first, case.last))
    mine = f"council={case.council}&" if area else ""
    return f"{mine}from={first}&to={last}&compare=none{case.search}"


def assert_area(city: Database, warehouse: Warehouse, case: Case) -> None:
    """The requests created and closed in a council, on the three pages that show them."""
    search, new, closed = search_of(case, warehouse), case.within("created"), case.within("closed")
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in (new, closed, "is_open"))
    ((came, went, is_open),) = city.rows(RAW + f"SELECT {counts} FROM raw WHERE {case.is_mine}")
    by_type = city.rows(RAW + f"SELECT type, count(*) FROM raw WHERE {case.is_mine} AND {new} GROUP BY 1")
    weekly = neighborhood_weekly.REPORT
    assert figures(card(warehouse, weekly, "numbers", search)) == {
        "new": came,
        "closed": went,
        "net_change": came - went,
        "open_now": is_open,
    }
    days = card(warehouse, weekly, "by-day", search)
    assert (total(days, "new_requests"), total(days, "closed_requests")) == (came, went)
    for report in (weekly, neighborhood.REPORT):
        assert sorted(rows(card(warehouse, report, "by-type", search))) == sorted(by_type), report.name
    assert figures(card(warehouse, neighborhood.REPORT, "numbers", search))["requests"] == came
    assert total(card(warehouse, neighborhood.REPORT, "by-day", search)) == came
    (row,) = dicts(card(warehouse, nc_summary_comparison.REPORT, "numbers", search))
    assert (row["requests"], row["open_now"]) == (came, is_open)


@every_case
def test_the_figures_of_a_council_are_those_of_its_rows(
    city: Database, warehouse: Warehouse, case: Case
) -> None:
    assert_area(city, warehouse, case)


def test_a_single_request_is_counted_as_one(city: Database, warehouse: Warehouse) -> None:
    council, type_id, days, name = city.rows(RAW + ALONE)[0]
    assert_area(city, warehouse, Case(council, f"&type={type_id}", f"type = '{name}'", days, days))


@every_case
def test_the_map_has_every_council_of_the_selection(city: Database, warehouse: Warehouse, case: Case) -> None:
    search = search_of(case, warehouse, area=False) + "&measure=count"
    where = f"{case.where} AND {case.within('created')}"
    truth = city.rows(RAW + f"SELECT council, count(*) FROM past WHERE {where} GROUP BY 1")
    shown = dicts(card(warehouse, types_map.REPORT, "by-council", search))
    assert {row["council"]: row["requests"] for row in shown if row["requests"]} == dict(truth)
    requests = sum(number for _, number in truth)
    assert figures(card(warehouse, types_map.REPORT, "numbers", search))["requests"] == requests


@every_case
def test_times_to_close_are_those_of_the_rows(city: Database, warehouse: Warehouse, case: Case) -> None:
    search = search_of(case, warehouse)
    closed = f"""FROM raw WHERE {case.is_mine} AND closed >= date_trunc('month', today - {case.first})
        AND date_trunc('month', closed) <= today - {case.last}"""
    ((count, *_),) = counted = city.rows(RAW + f"SELECT {PERCENTILES} {closed}")
    shown = card(warehouse, time_to_close.REPORT, "numbers", search)
    if count:
        assert rows(shown) == counted
    else:
        assert shown.why_empty or rows(shown)[0][0] == 0
    by_type = city.rows(RAW + f"SELECT type, count(*) {closed} GROUP BY 1")
    each = card(warehouse, time_to_close.REPORT, "by-type", search)
    assert dict(zip(column(each, "type"), column(each, "closed_requests"), strict=True)) == dict(by_type)
