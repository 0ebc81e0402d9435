"""What a page looks like on paper: nothing is cut, and every row is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from samples import sampled
from support.browser import Visitor
from support.cards import card, column
from support.pages import PATHS
from support.paper import NARROWEST_PIXELS, PAPERS, Printed, as_on_paper, printed
from support.serving import Reports

from data.warehouse import Warehouse
from pages import neighborhood_weekly

# Figures and tables that are wider than the inside of their card.
TOO_WIDE = """() => [...document.querySelectorAll('.main-svg, .card table')].filter(one => {
    const card = one.closest('.card').getBoundingClientRect(), own = one.getBoundingClientRect();
    return own.left < card.left || own.right > card.right - 16;
}).map(one => one.closest('.card').querySelector('h2').textContent)"""


@pytest.fixture(scope="module")
def desk(browser: Browser, reports: Reports) -> Iterator[Visitor]:
    """A window as wide as the narrowest paper: the inspected page has the layout of the printed one."""
    someone = Visitor(browser, reports.url, viewport={"width": NARROWEST_PIXELS, "height": 900})
    yield someone
    someone.close()


@pytest.mark.parametrize("path", sampled(PATHS, 10))
def test_every_text_is_on_the_paper_and_whole(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    with as_on_paper(page) as texts:
        assert page.evaluate(TOO_WIDE) == []
        papers = [printed(page, paper) for paper in PAPERS]
    assert texts
    assert [text for text, is_cut in texts if is_cut] == []
    for paper in papers:
        assert paper.missing([text for text, _ in texts]) == []
        assert paper.beyond == []


@pytest.mark.slow
def test_every_request_of_the_week_is_printed(visitor: Visitor, warehouse: Warehouse) -> None:
    """A grid shows 20 rows per page; paper cannot be paged."""
    page = visitor.open("/neighborhood-weekly?council=52")
    numbers = column(card(warehouse, neighborhood_weekly.REPORT, "requests", "council=52"), "sr_number")
    assert len(numbers) > 20
    assert printed(page).missing(numbers) == []


def test_every_sheet_of_a_list_has_all_headings(visitor: Visitor) -> None:
    page = visitor.open("/requests-list")
    headings = page.locator(".list thead th").all_inner_texts()
    assert len(headings) > 5
    sheets = [sheet for sheet in printed(page).sheets if "SPRING" in sheet.text]
    assert len(sheets) > 1
    for sheet in sheets:
        assert Printed([sheet]).missing(headings) == []


def test_controls_and_hints_are_not_printed(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.emulate_media(media="print")
    for hidden in (".controls", ".csv", ".card > .note", "nav"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".js-plotly-plot").first.is_visible()
    page.emulate_media(media="null")
