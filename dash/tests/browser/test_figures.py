"""Which plotly.js draws a page: the partial Cartesian bundle, or the full one for what that cannot draw."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.browser import Visitor
from support.pages import sampled

LOADED = """performance.getEntriesByType('resource').map(one => one.name.split('/').pop().split('?')[0])
    .filter(name => name.startsWith('plotly') && name.endsWith('.min.js'))"""
PART, WHOLE = "plotly-cartesian.min.js", "plotly.min.js"
ANOTHER_KIND = """() => Plotly.react(document.body.appendChild(document.createElement('div')),
    { data: [{ type: 'sunburst', labels: ['city', 'council'], parents: ['', 'city'], values: [2, 1] }] })"""


def loaded(page: Page) -> set[str]:
    return set(page.evaluate(LOADED))


@pytest.mark.parametrize("path", sampled(["/", "/overview-combined", "/time-to-close", "/types-map"], 3))
def test_a_page_is_drawn_by_the_part(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    expect(page.locator(".main-svg").first).to_be_visible()
    assert loaded(page) == {PART}


def test_another_kind_of_figure_brings_the_whole(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.evaluate(ANOTHER_KIND)
    expect(page.locator(".sunburstlayer .slice")).to_have_count(2)
    assert loaded(page) == {PART, WHOLE}
    page.get_by_role("link", name="Time to close").click()
    expect(page.locator("#time-to-close--trend .main-svg").first).to_be_visible()
