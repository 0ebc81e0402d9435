"""What holds for every page, regardless of its report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from samples import sampled
from support.browser import DESKTOP, SCREENS, Visitor
from support.pages import PATHS
from support.serving import Reports

# Axe does not look into images: the fill colors of the figures' texts, and the scheme's text color.
FIGURE_TEXTS = """() => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = 'var(--ink)';
    const ink = getComputedStyle(probe).color;
    probe.remove();
    const fills = [...document.querySelectorAll('.js-plotly-plot text')].map(text => getComputedStyle(text))
        .map(style => Number(style.opacity) * Number(style.fillOpacity) === 1 ? style.fill : 'see-through');
    return [...new Set(fills)].filter(fill => fill !== ink);
}"""
NARROWEST = {"width": 320, "height": 640}
NARROW_PATHS = ("/map", "/overview-combined", "/requests-list", "/time-to-close")
# `make test` tests every page on one screen, `make test-slow` on the other.
VIEWS = [
    *sampled([("desktop", path) for path in PATHS], 2),
    *sampled([("phone", path) for path in PATHS], 2, start=1),
]


@pytest.fixture(scope="module")
def someone(browser: Browser, reports: Reports, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """One visitor for all pages: the browser's cache makes the next page load quickly."""
    viewport, scheme = SCREENS[request.param]
    visitor = Visitor(browser, reports.url, viewport=viewport, color_scheme=scheme)
    yield visitor
    visitor.close()


@pytest.mark.slow
def test_reports_do_not_scroll_sideways_on_the_narrowest_screen(browser: Browser, reports: Reports) -> None:
    """320 CSS pixels, like 1280 at 400 percent: WCAG 2.1, 1.4.10."""
    visitor = Visitor(browser, reports.url, viewport=NARROWEST)
    widths = {}
    for path in NARROW_PATHS:
        page = visitor.page
        page.goto(reports.url + path)
        page.locator(".mantine-SegmentedControl-root").first.wait_for()
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in widths.items() if width > NARROWEST["width"]} == {}
    visitor.close()


@pytest.mark.parametrize(("someone", "path"), VIEWS, indirect=["someone"])
def test_a_page_shows_all_its_cards(someone: Visitor, path: str) -> None:
    someone.problems.clear()
    page = someone.open(path)
    width = (page.viewport_size or DESKTOP)["width"]

    assert page.locator(".state").all_inner_texts() == []
    assert page.locator("#data-age").inner_text().startswith("Data loaded")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(FIGURE_TEXTS) == []
    assert someone.violations() == []
    assert someone.problems == []
