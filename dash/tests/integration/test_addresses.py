"""Addresses and clusters against counts over the rows as published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import pytest
from support.cards import card, dicts, figures
from support.databases import Database
from support.documents import client_of
from support.raw import RAW
from support.workbooks import column

from data.filters import Filters
from data.warehouse import Warehouse
from pages import addresses as page

SEVERAL = "type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 6, 1))"
BULKY = "type = 'Bulky Items'"


class Case(NamedTuple):
    """A selection in the URL and in SQL, and the days before today, both included."""

    search: str = "type=4,6,1"
    where: str = SEVERAL
    first: int = 400
    last: int = 1

    @property
    def chosen(self) -> str:
        days = f"created >= today - {self.first} AND created < today - {self.last} + 1"
        return RAW + f", chosen AS (SELECT * FROM past WHERE {days} AND {self.where}) "


CASES = {
    "a type": Case("type=4", BULKY),
    "several types": Case(),
    "a council": Case("type=4,6,1&council=52", f"{SEVERAL} AND council = 'Noho'"),
    "no council": Case("type=4,6,1&council=0", f"{SEVERAL} AND council = 'No council'"),
    "no council, years": Case("type=4,6,1&council=0", f"{SEVERAL} AND council = 'No council'", 1090),
    "two councils": Case(
        "type=4,6,1&council=52,1",
        f"{SEVERAL} AND council IN (SELECT council_name FROM councils WHERE council_id IN (1, 52))",
    ),
    "a month": Case(first=30),
    "the last day": Case(first=1),
    "parts of two months": Case(first=40, last=12),
    "years": Case(first=1090),
    "a region": Case("type=4,6,1&region=3", f"{SEVERAL} AND region = 3"),
    "a district": Case("type=4,6,1&district=8", f"{SEVERAL} AND district = 8"),
    "no district": Case("type=4,6,1&district=0", f"{SEVERAL} AND district = 0", 1090),
    "an agency": Case(
        "type=4&agency=4", f"{BULKY} AND agency = (SELECT agency_name FROM agencies WHERE agency_id = 4)"
    ),
    "a source": Case(
        "type=4&source=8", f"{BULKY} AND source = (SELECT source_name FROM sources WHERE source_id = 8)"
    ),
    "nothing": Case("type=60", "false"),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


def search_of(case: Case, warehouse: Warehouse) -> str:
    last_day = warehouse.facts().last_day
    assert last_day is not None
    first, last = (last_day - timedelta(days=days - 1) for days in (case.first, case.last))
    return f"{case.search}&from={first}&to={last}"


@every_case
def test_addresses_with_several_requests(city: Database, warehouse: Warehouse, case: Case) -> None:
    rows = city.rows(
        case.chosen
        + """SELECT address, count(*), count(*) FILTER (WHERE is_open), count(DISTINCT type),
                min(created)::date, max(created)::date
            FROM chosen WHERE address <> '' GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1"""
    )
    search = search_of(case, warehouse)
    shown = dicts(card(warehouse, page.REPORT, "addresses", search))
    assert [
        [row[name] for name in ("address", "requests", "open", "types", "first_day", "last_day")]
        for row in shown
    ] == rows
    value = figures(card(warehouse, page.REPORT, "numbers", search))
    ((requests, addresses),) = city.rows(case.chosen + "SELECT count(*), count(DISTINCT address) FROM chosen")
    assert [value["requests"], value["addresses"]] == [requests, addresses]
    assert [value["repeated_addresses"], value["repeated_requests"]] == [
        len(rows),
        sum(row[1] for row in rows),
    ]


@every_case
def test_clusters_of_requests_at_one_place(city: Database, warehouse: Warehouse, case: Case) -> None:
    """In the small city, all located requests of a council are at one point, kilometers from the next."""
    rows = city.rows(
        case.chosen
        + """SELECT council, count(*), count(DISTINCT address) FROM chosen
            WHERE located GROUP BY 1 HAVING count(*) >= 5"""
    )
    shown = dicts(card(warehouse, page.REPORT, "clusters", search_of(case, warehouse)))
    assert sorted([row["council"], row["requests"], row["addresses"]] for row in shown) == sorted(rows)
    assert [row["requests"] for row in shown] == sorted((row["requests"] for row in shown), reverse=True)


def test_a_table_as_an_excel_file_has_every_row(city: Database, warehouse: Warehouse) -> None:
    search = search_of(Case(), warehouse)
    body = client_of(warehouse).get(f"/xlsx/addresses/addresses.xlsx?{search}").data
    shown = dicts(card(warehouse, page.REPORT, "addresses", search))
    assert column(body, "address") == [row["address"] for row in shown]
    assert column(body, "requests") == [str(row["requests"]) for row in shown]
    assert client_of(warehouse).get("/xlsx/addresses/nothing.xlsx").status_code == 404


def test_no_clusters_are_not_named(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The map said "and 0 clusters"."""
    search = f"type=4&from={warehouse.facts().first_day}"
    both = card(warehouse, page.REPORT, "map", search)
    none = page.places.clusters(warehouse, Filters(date.min, date.min))
    assert not len(none)
    monkeypatch.setattr(page.places, "clusters", lambda *_: none)
    alone = card(warehouse, page.REPORT, "map", search)
    number = len(alone.frame)
    assert alone.summary.startswith(f"Shown: {number} addresses with the most requests. ")
    assert both.summary.startswith(f"Shown: {number} addresses and ")


def test_nothing_repeats_says_so(warehouse: Warehouse) -> None:
    assert card(warehouse, page.REPORT, "addresses", "type=60").is_empty
    assert card(warehouse, page.REPORT, "clusters", "type=60").is_empty


def test_addresses_are_compared_with_themselves(city: Database, warehouse: Warehouse) -> None:
    first, last = city.rows(RAW + "SELECT (today - 40)::text, (today - 1)::text FROM past LIMIT 1")[0]
    search = f"type=4,6,1&from={first}&to={last}&compare=year"
    shown = dicts(card(warehouse, page.REPORT, "addresses", search))
    before = dict(
        city.rows(
            RAW
            + """SELECT address, count(*) FROM past
                WHERE type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 6, 1))
                AND created >= (today - 40) - interval '1 year'
                AND created < (today - 1) - interval '1 year' + interval '1 day'
                GROUP BY 1"""
        )
    )
    assert shown
    assert [row["requests_before"] for row in shown] == [before.get(row["address"], 0) for row in shown]
