"""What a page looks like on paper: nothing is cut, and every row is there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Page
from pypdf import PageObject, PdfReader
from support.browser import Visitor
from support.cards import card, column
from support.pages import PATHS

from data.warehouse import Warehouse
from pages import neighborhood_weekly

WIDTHS = """() => [...document.querySelectorAll('.main-svg')]
    .map(svg => svg.getBoundingClientRect().width)"""
MARGIN_POINTS = 0.6 * 72


class Word(NamedTuple):
    text: str
    x: float


def printed(page: Page) -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(format="Letter", prefer_css_page_size=True)))


def words(page: PageObject) -> Iterator[Word]:
    """Texts of a sheet, and where they begin."""
    found: list[Word] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            found.append(Word(text.strip(), tm[4] * cm[0] + tm[5] * cm[2] + cm[4]))

    page.extract_text(visitor_text=visit)
    yield from found


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_beyond_the_paper(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    for sheet in printed(page).pages:
        width = float(sheet.mediabox.width)
        beyond = [word for word in words(sheet) if not 0 <= word.x < width - MARGIN_POINTS / 2]
        assert beyond == []
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(300)
    assert all(width <= 700 for width in page.evaluate(WIDTHS))
    page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_every_request_of_the_week_is_printed(visitor: Visitor, warehouse: Warehouse) -> None:
    """A grid shows a page of 20; paper has no next page."""
    page = visitor.open("/neighborhood-weekly?council=52")
    text = " ".join(sheet.extract_text() for sheet in printed(page).pages)
    numbers = column(card(warehouse, neighborhood_weekly.REPORT, "requests", "council=52"), "sr_number")
    assert len(numbers) > 20
    assert [number for number in numbers if number not in text] == []


def test_controls_and_hints_are_not_printed(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.emulate_media(media="print")
    for hidden in (".controls", ".csv", ".card > .note", "nav"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".js-plotly-plot").first.is_visible()
