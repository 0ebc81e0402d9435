"""A page that follows its filters: what it shows, and that it changes in place."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from support.browser import Visitor, settled

PATHS = ["/overview-combined", "/recent", "/backlog", "/time-to-close"]
# Of each card: its text, its links, and the data of its figures and of their tables.
SHOWN = """() => [...document.querySelectorAll('.report .card')].map(card => [
    card.innerText,
    [...card.querySelectorAll('a')].map(one => one.getAttribute('href')),
    [...card.querySelectorAll('.js-plotly-plot')].map(one => JSON.stringify(one.data)),
    [...card.querySelectorAll('[data-rows]')].map(one => one.dataset.rows),
])"""


def _choose(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_label("Request types").first.click()
    visitor.page.get_by_role("option", name=name, exact=True).click()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator(".covers")).to_contain_text(name)
    visitor.settle()


def _shown_when_opened(visitor: Visitor, url: str) -> Any:
    page = visitor.another_page()
    page.goto(url)
    shown = settled(page).evaluate(SHOWN)
    page.close()
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_a_page_that_follows_its_filters_shows_what_its_url_shows(visitor: Visitor, path: str) -> None:
    visitor.open(f"{path}?type=4")
    for name in ("Graffiti", "Feedback"):
        _choose(visitor, name)
        assert visitor.page.evaluate(SHOWN) == _shown_when_opened(visitor, visitor.page.url)


def test_figures_and_open_tables_change_in_place(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined?type=4")
    card = page.locator("section", has=page.get_by_role("heading", name="By source"))
    card.get_by_text("Show as table").click()
    total = card.locator("tbody tr").first
    before = total.inner_text()
    figures = page.locator(".js-plotly-plot").element_handles()
    _choose(visitor, "Graffiti")
    assert total.inner_text() != before
    assert len(figures) > 5
    assert all(figure.evaluate("figure => figure.isConnected") for figure in figures)
