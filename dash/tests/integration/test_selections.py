"""Every count of the overview and of recent requests over many selections, against the rows as published."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs

import pytest
from support.cards import card, column, figures, rows
from support.databases import Database
from support.raw import RAW

from data.warehouse import Warehouse
from pages import overview_combined, recent
from report_kit.selection import Selection


class Case(NamedTuple):
    """A query of the URL without days, the same in SQL, and the days before today, both included."""

    search: str = ""
    where: str = "true"
    first: int = 90
    last: int = 1


GROUP = "type IN (SELECT type_name FROM request_types WHERE group_id = 1)"
NOHO = "council = (SELECT council_name FROM councils WHERE council_id = 52)"
CASES = {
    "all": Case(),
    "one day": Case(first=1),
    "a partial month": Case(first=41, last=9),
    "years": Case(first=1090),
    "a type": Case("&type=4", "type = 'Bulky Items'"),
    "two types": Case("&type=4,1", "type IN ('Bulky Items', 'Graffiti')"),
    "a group": Case("&group=1", GROUP),
    "a council": Case("&council=52", NOHO),
    "no council": Case("&council=0", "council = 'No council'"),
    "a region": Case("&region=3", "region = 3"),
    "a district": Case("&district=7", "district = 7"),
    "no district": Case("&district=0", "district = 0"),
    "an agency of two ids": Case("&agency=2,3", "agency = 'Sanitation Bureau'"),
    "a source": Case("&source=8", "source = (SELECT source_name FROM sources WHERE source_id = 8)"),
    "all together": Case(
        "&group=1&council=52&agency=2,3", f"{GROUP} AND {NOHO} AND agency = 'Sanitation Bureau'"
    ),
    "district and type": Case("&district=8&type=4", "district = 8 AND type = 'Bulky Items'"),
    "with information calls": Case("&information=include", "true"),
    "nothing": Case("&type=4711", "false"),
}


def query(case: Case, warehouse: Warehouse) -> str:
    last_day = warehouse.facts().last_day
    assert last_day is not None
    today = last_day.toordinal() + 1
    first, last = (last_day.fromordinal(today - days) for days in (case.first, case.last))
    return f"from={first}&to={last}&compare=none{case.search}"


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_every_count_is_that_of_the_rows(city: Database, warehouse: Warehouse, case: Case) -> None:
    search = query(case, warehouse)
    counts = "true" if "information" in search else "NOT is_information"
    where = (
        f"{case.where} AND {counts} AND created >= today - {case.first} AND created < today - {case.last} + 1"
    )
    total = city.value(RAW + f"SELECT count(*) FROM every WHERE {where}")
    assert figures(card(warehouse, overview_combined.REPORT, "numbers", search))["requests"] == total
    for name in ("type", "agency", "source", "council"):
        truth = city.rows(RAW + f"SELECT {name}, count(*) FROM every WHERE {where} GROUP BY 1")
        found = rows(card(warehouse, overview_combined.REPORT, f"by-{name}", search))
        assert sorted(found) == sorted(truth), name
    for name in ("group", "region", "district", "weekday"):
        found_total = sum(column(card(warehouse, overview_combined.REPORT, f"by-{name}", search), "requests"))
        assert found_total == total, name
    assert sum(column(card(warehouse, overview_combined.REPORT, "over-time", search), "requests")) == total
    if not {"agency", "source"} & set(parse_qs(search)):
        assert figures(card(warehouse, recent.REPORT, "numbers", search))["requests"] == total
        assert sum(column(card(warehouse, recent.REPORT, "by-day", search), "requests")) == total


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_every_list_is_linked_with_its_whole_selection(warehouse: Warehouse, case: Case) -> None:
    """The link of a number, read back, selects the same requests."""
    search = query(case, warehouse)
    number = card(warehouse, overview_combined.REPORT, "numbers", search).numbers[0]
    controls = overview_combined.REPORT.controls
    linked = Selection.of(controls, number.href.partition("?")[2], warehouse)
    assert linked.filters == Selection.of(controls, search, warehouse).filters
