"""Which plotly.js draws a page: the charts alone where they are enough, the whole where there is a map."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from support.browser import Visitor

LOADED = """performance.getEntriesByType('resource').map(one => one.name.split('/').pop().split('?')[0])
    .filter(name => name.startsWith('plotly') && name.endsWith('.min.js'))"""
CHARTS, WHOLE = "plotly-cartesian.min.js", "plotly.min.js"


def loaded(page: Page) -> set[str]:
    return set(page.evaluate(LOADED))


def test_a_page_of_charts_loads_the_charts_alone(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined")
    expect(page.locator(".main-svg").first).to_be_visible()
    assert loaded(page) == {CHARTS}


def test_a_page_with_a_map_begins_with_the_whole(visitor: Visitor) -> None:
    page = visitor.open("/types-map")
    expect(page.locator(".maplibregl-canvas")).to_be_visible()
    assert loaded(page) == {WHOLE}


def test_who_goes_on_to_a_map_gets_the_whole_and_can_go_on(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator(".maplibregl-canvas")).to_be_visible()
    assert loaded(page) == {CHARTS, WHOLE}
    page.get_by_role("link", name="Time to close").click()
    expect(page.locator("#time-to-close--trend .main-svg").first).to_be_visible()
    page.go_back()
    expect(page.locator(".maplibregl-canvas")).to_be_visible()
