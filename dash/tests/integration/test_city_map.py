"""Every figure of the map of requests against a count over the rows as published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from psycopg.sql import SQL
from support import city as small_city
from support.cards import card, dicts, figures, rows
from support.databases import Database
from support.documents import client_of
from support.raw import RAW
from support.serving import settings_for

from data.warehouse import Warehouse
from pages import city_map as page
from report_kit import covers
from report_kit.selection import Selection


class Case(NamedTuple):
    """The selection, in the URL and in SQL, and the days before today, both included."""

    search: str = ""
    where: str = "true"
    first: int = 30
    last: int = 1


BULKY, NOHO = "type = 'Bulky Items'", "council = 'Noho'"
CASES = {
    "a month": Case(),
    "the last day": Case(first=1),
    "parts of two months": Case(first=40, last=12),
    "years": Case(first=1090),
    "open": Case("&status=open", "is_open", 1090),
    "closed": Case("&status=closed", "NOT is_open", 365),
    "a type": Case("&type=4", BULKY, 365),
    "open of a type": Case("&type=4&status=open", f"{BULKY} AND is_open", 365),
    "a group": Case("&group=1", "type_group = 'Item Pickups'"),
    "a council": Case("&council=52", NOHO),
    "no council": Case("&council=0", "council = 'No council'", 365),
    "open in no council": Case("&council=0&status=open", "council = 'No council' AND is_open", 1090),
    "a region": Case("&region=3", "region = 3"),
    "an agency": Case("&agency=4", "agency = (SELECT agency_name FROM agencies WHERE agency_id = 4)"),
    "a source": Case("&source=8", "source = (SELECT source_name FROM sources WHERE source_id = 8)"),
    "information calls": Case("&information=include"),
    "nothing": Case("&type=60", "false"),
}
LOCATED = "SELECT type, count(*) FILTER (WHERE located), count(*) FILTER (WHERE NOT located) FROM every"


def days(warehouse: Warehouse, case: Case) -> tuple[date, date]:
    last_day = warehouse.facts().last_day
    assert last_day is not None
    return last_day - timedelta(days=case.first - 1), last_day - timedelta(days=case.last - 1)


def search_of(warehouse: Warehouse, case: Case) -> str:
    first, last = days(warehouse, case)
    return f"from={first}&to={last}{case.search}"


def truth(city: Database, case: Case, days_earlier: int = 0) -> dict[str, tuple[int, int]]:
    """Type → requests on the map, and those not on it."""
    counts = "" if "information" in case.search else " AND NOT is_information"
    period = (
        f"created >= today - {case.first + days_earlier} AND created < today - {case.last + days_earlier - 1}"
    )
    found = city.rows(RAW + f"{LOCATED} WHERE {case.where} AND {period}{counts} GROUP BY 1")
    return {name: (located, others) for name, located, others in found}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_every_figure_is_that_of_the_rows(city: Database, warehouse: Warehouse, case: Case) -> None:
    expected, search = truth(city, case), search_of(warehouse, case)
    on_the_map, others = (sum(pair[place] for pair in expected.values()) for place in (0, 1))
    shown = figures(card(warehouse, page.REPORT, "numbers", search))
    assert shown == {"on_the_map": on_the_map, "not_on_the_map": others}
    by_type = card(warehouse, page.REPORT, "by-type", search)
    assert dict(map(tuple, rows(by_type))) == {name: sum(pair) for name, pair in expected.items()}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_line_under_the_filters_counts_as_the_cards_do(
    city: Database, warehouse: Warehouse, case: Case
) -> None:
    """It counted requests of every status. Which information calls are on the map is left out."""
    expected, search = truth(city, case), search_of(warehouse, case)
    found = page.totals(warehouse, Selection.of(page.REPORT.controls, search, warehouse))
    on_the_map, others = (sum(pair[place] for pair in expected.values()) for place in (0, 1))
    assert found
    assert found.requests == on_the_map + others
    assert found.unlocated == (None if "information" in search else others)


def test_the_status_is_named_and_counted(warehouse: Warehouse) -> None:
    """A printed page has no controls, and did not say that it shows open requests only."""
    search = search_of(warehouse, CASES["open"])
    paragraph, line, *_ = covers.lines(
        page.REPORT, Selection.of(page.REPORT.controls, search, warehouse), warehouse
    )
    assert " Status: Open. " in paragraph.children
    value = figures(card(warehouse, page.REPORT, "numbers", search))
    located, others = value["on_the_map"], value["not_on_the_map"]
    assert line.children == (
        f"{located + others:,} requests, {others:,} of them not on the map because they have no usable "
        "location. Information calls left out."
    )


def test_requests_and_calls_of_a_status_are_not_counted_under_the_filters(warehouse: Warehouse) -> None:
    selection = Selection.of(page.REPORT.controls, "status=open&information=include", warehouse)
    _, line, *_ = covers.lines(page.REPORT, selection, warehouse)
    assert line.children == "Information calls included."


def test_a_bar_leads_to_the_requests_of_its_status(warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "by-type", "status=open")
    assert shown.lists
    assert {parse_qs(urlsplit(link).query)["status"][0] for link in shown.lists} == {"open"}


def test_everything_is_compared_with_the_same_selection(city: Database, warehouse: Warehouse) -> None:
    case = Case("&status=open", "is_open", 25)
    search = search_of(warehouse, case) + "&compare=previous"
    before = truth(city, case, days_earlier=25)
    first, _ = days(warehouse, case)
    if first.day == 1:
        pytest.skip("a month so far is compared with the same days of the month before")
    notes = [number.note for number in card(warehouse, page.REPORT, "numbers", search).numbers]
    assert f"{sum(pair[0] for pair in before.values()):,} in the 25 days before" in notes[0]
    shown = dicts(card(warehouse, page.REPORT, "by-type", search))
    marked = {row["type"]: row["requests_before"] for row in shown if row["requests_before"]}
    assert marked == {name: sum(pair) for name, pair in before.items()} != {}


def opened_on(warehouse: Warehouse) -> tuple[float, ...]:
    server = Flask(__name__)
    server.extensions["map"] = {"api": ""}
    with server.app_context():
        shown = card(warehouse, page.REPORT, "map").map
    assert shown
    return tuple(shown["bounds"])


def test_the_map_opens_on_the_areas_and_not_on_the_waters_around_them(
    city: Database, warehouse: Warehouse
) -> None:
    """San Francisco's bounds reach so far into the sea that the city filled a corner of the map."""
    (main_parts,) = city.rows("""
        SELECT min(ST_XMin(part.geom)), min(ST_YMin(part.geom)), max(ST_XMax(part.geom)),
            max(ST_YMax(part.geom))
        FROM geometries, ST_Dump(geometries.geom) AS part WHERE ST_Area(part.geom) > 0.0001""")
    assert opened_on(warehouse) == pytest.approx(main_parts, abs=0.0002)
    assert opened_on(warehouse) != warehouse.facts().city.bounds


@pytest.fixture(scope="module")
def without_areas() -> Iterator[Warehouse]:
    """A city that publishes no boundaries."""
    with (
        small_city.filled("TRUNCATE geometries") as bare,
        closing(Warehouse(settings_for(bare.reader_url))) as found,
    ):
        yield found


def test_a_city_without_areas_opens_on_its_bounds(without_areas: Warehouse) -> None:
    assert opened_on(without_areas) == without_areas.facts().city.bounds


def test_a_city_without_areas_offers_no_outlines(warehouse: Warehouse, without_areas: Warehouse) -> None:
    assert page.OUTLINES.has_choice(warehouse)
    assert not page.OUTLINES.has_choice(without_areas)
    (located,) = without_areas.frame(
        SQL("SELECT srnumber FROM service_requests WHERE latitude IS NOT NULL LIMIT 1")
    )["srnumber"]
    shown = {
        source: client_of(source).get(f"/request/{located}").text for source in (warehouse, without_areas)
    }
    assert [("<svg" in text, "Outlines of the" in text) for text in shown.values()] == [
        (True, True),
        (True, False),
    ]
