"""A city with two councils of one name, such as an airport and the area around it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from support import city as small_city
from support.cards import card, column, dicts, figures, listed, total
from support.databases import Database
from support.serving import settings_for

from data import counts, mapped, one_request, request_list
from data.filters import NO_COUNCIL, Filters
from data.request_list import FILE_COLUMNS, ListQuery
from data.warehouse import Warehouse
from documents import brief, brief_page, request_page
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
BARE = re.compile(r"O'Hare(?! \()")
"""The name without the id of the area."""
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
def test_every_card_tells_them_apart(warehouse: Warehouse, report: Report, name: str) -> None:
    shown = card(warehouse, report, name)
    assert not BARE.search(shown.frame.to_csv() + shown.summary)


@pytest.fixture(scope="module")
def query(equal: list[int]) -> ListQuery:
    """The list of the requests of both."""
    filters = Filters(date(2026, 1, 1), date(2026, 11, 1), councils=tuple(equal))
    return ListQuery(filters, date(2026, 11, 1), has_period=False)


@pytest.mark.parametrize("sort", ["-created", "council", "-council", "address"])
def test_the_list_tells_them_apart(
    equal: list[int], warehouse: Warehouse, query: ListQuery, sort: str
) -> None:
    shown = request_list.page(warehouse, query, sort, 1)
    assert {*shown["council"]} <= {f"O'Hare ({one})" for one in equal}
    if sort.endswith("council"):
        assert [*shown["council"]] == sorted(shown["council"], reverse=sort.startswith("-"))
        assert shown["council"].iloc[0] == f"O'Hare ({(min if sort == 'council' else max)(equal, key=str)})"


def test_files_of_the_list_tell_them_apart(equal: list[int], warehouse: Warehouse, query: ListQuery) -> None:
    place = FILE_COLUMNS.index("council")
    names = {row[place] for row in request_list.rows(warehouse, query)}
    assert names == {f"O'Hare ({one})" for one in equal}


def test_maps_and_requests_tell_them_apart(equal: list[int], warehouse: Warehouse, query: ListQuery) -> None:
    names = {f"O'Hare ({one})" for one in equal}
    assert names <= {*mapped.outlines(warehouse, "areas")["name"]}
    assert names <= {*one_request.areas(warehouse, -180, -90, 180, 90)["council"]}
    number = request_list.page(warehouse, query, "number", 1)["number"].iloc[0]
    assert one_request.request(warehouse, number)["council"].iloc[0] in names


def test_a_request_does_not_repeat_its_published_area() -> None:
    row: dict[str, Any] = defaultdict(lambda: None, council="O'Hare (7)", council_id=7)
    for published, other in (("O'Hare", ""), ("Elsewhere", "Elsewhere")):
        shown = request_page.fields(row | {"council_published": published, "zipcode": "90001"})
        assert next(field for field in shown["Where"] if field.name == "Council").published == other


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
