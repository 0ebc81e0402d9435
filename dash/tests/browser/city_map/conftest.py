"""Reports that know the API, a browser that draws the map, and a map in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright
from support.api import serve_api
from support.browser import EXPECTED, SCREENS, Visitor, chromium
from support.databases import Database
from support.serving import Reports, serve

from headless_browser import MAP_IS_IDLE, WITH_GRAPHICS


@pytest.fixture(scope="package")
def served(city: Database) -> Iterator[tuple[Reports, str]]:
    """Reports that know the API, and the API's address."""
    with serve_api(city.reader_url) as api, serve(city.reader_url, API_PUBLIC_URL=api) as reports:
        yield reports, api


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright, WITH_GRAPHICS) as started:
        yield started


@pytest.fixture(scope="package", params=["desktop", pytest.param("phone", marks=pytest.mark.slow)])
def someone(
    browser: Browser, served: tuple[Reports, str], request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    viewport, scheme = SCREENS[request.param]
    visitor = Visitor(browser, served[0].url, viewport=viewport, color_scheme=scheme)
    visitor.allowed = (served[1],)
    # Reading back from the graphics card would be the map's own doing.
    visitor.expected = EXPECTED
    visitor.open("/map?outlines=regions")
    yield visitor
    visitor.close()


@pytest.fixture
def page(someone: Visitor) -> Page:
    """The map; loading it takes seconds, so each test continues where the previous one left it."""
    someone.page.wait_for_function(MAP_IS_IDLE)
    return someone.page
