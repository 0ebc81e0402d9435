"""A city with two councils of one name, such as an airport and the area around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from support import city as small_city
from support.cards import card, column, dicts, figures, listed, total
from support.databases import Database
from support.serving import settings_for

from data import counts
from data.filters import NO_COUNCIL
from data.warehouse import Warehouse
from documents import brief, brief_page
from pages import nc_summary_comparison, reports, time_to_close, types_map
from report_kit import periods
from report_kit.content import CardContent
from report_kit.report import Report
from report_kit.selection import Selection

# The two with the most closed requests.
EQUAL = f"""
UPDATE councils SET council_name = 'O''Hare' WHERE council_id IN (
    SELECT council_id FROM service_requests WHERE closed_date IS NOT NULL AND council_id <> {NO_COUNCIL}
     GROUP BY council_id ORDER BY count(*) DESC LIMIT 2)
"""
# The map itself is drawn by the browser.
CARDS = [
    (report, one.name)
    for report in reports()
    for one in report.cards
    if (report.name, one.name) != ("map", "map")
]


@pytest.fixture(scope="module")
def city() -> Iterator[Database]:
    with small_city.filled(EQUAL) as found:
        yield found


@pytest.fixture(scope="module")
def warehouse(city: Database) -> Iterator[Warehouse]:
    with closing(Warehouse(settings_for(city.reader_url))) as found:
        yield found


@pytest.fixture(scope="module")
def equal(city: Database) -> list[int]:
    """The ids of the two."""
    return [one for (one,) in city.rows("SELECT council_id FROM councils WHERE council_name = 'O''Hare'")]


def lists_have_the_requests_of_their_rows(warehouse: Warehouse, shown: CardContent, name: str) -> bool:
    return [listed(warehouse, link) for link in shown.lists] == column(shown, name)


@pytest.mark.parametrize(("report", "name"), CARDS, ids=[f"{report.name} {name}" for report, name in CARDS])
def test_every_card_can_be_shown(warehouse: Warehouse, report: Report, name: str) -> None:
    assert card(warehouse, report, name) is not None


def test_the_trend_tells_them_apart(equal: list[int], warehouse: Warehouse) -> None:
    shown = card(warehouse, time_to_close.REPORT, "council-trend")
    assert {f"O'Hare ({one})" for one in equal} <= {*column(shown, "council")}
    for one in equal:
        rows = column(
            card(warehouse, time_to_close.REPORT, "council-trend", f"council={one}"), "closed_requests"
        )
        of_both = zip(column(shown, "council"), column(shown, "closed_requests"), strict=True)
        assert rows == [closed for council, closed in of_both if council == f"O'Hare ({one})"]


def test_the_map_counts_each_once_and_links_to_it(equal: list[int], warehouse: Warehouse) -> None:
    search = "measure=count"
    selection = Selection.of(types_map.REPORT.controls, search, warehouse)
    numbers = figures(card(warehouse, types_map.REPORT, "numbers", search))
    assert numbers["requests"] == counts.total(warehouse, selection.filters)
    for name in ("by-council", "map"):
        shown = card(warehouse, types_map.REPORT, name, search)
        assert lists_have_the_requests_of_their_rows(warehouse, shown, "requests"), name
        for one in equal:
            assert shown.links[f"O'Hare ({one})"].endswith(f"council={one}")
    assert total(card(warehouse, types_map.REPORT, "by-council", search)) == numbers["requests"]


def test_times_to_close_link_to_each(warehouse: Warehouse) -> None:
    shown = card(warehouse, time_to_close.REPORT, "by-council", "from=2026-03-01&to=2026-08-31")
    assert lists_have_the_requests_of_their_rows(warehouse, shown, "closed_requests")


def test_the_two_are_compared(equal: list[int], warehouse: Warehouse) -> None:
    """One was shown with the requests of both."""
    first, second = equal
    for search in (f"council={first},{second}", f"council={first}"):
        shown = card(warehouse, nc_summary_comparison.REPORT, "numbers", f"{search}&compare=previous")
        selection = Selection.of(nc_summary_comparison.REPORT.controls, search, warehouse)
        assert total(shown) == counts.total(warehouse, selection.filters)
        for number, row in zip(shown.numbers, dicts(shown), strict=True):
            assert listed(warehouse, number.href) == row["requests"]
        lines = card(warehouse, nc_summary_comparison.REPORT, "over-time", search).frame
        own = lines[lines["council"] != nc_summary_comparison.AVERAGE]
        assert own["requests"].sum() == total(shown)


def test_a_document_outlines_its_own_area(equal: list[int], warehouse: Warehouse) -> None:
    period = periods.of_query({"month": "2026-08"}, date.max)
    assert period is not None
    for one in equal:
        _, own = brief_page.shapes(warehouse, brief.brief(warehouse, one, "O'Hare", period))
        assert len(own) == 1
