"""Reports of another city: its terms, its time zone, its map, and no trace of the sample's city."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from support import city as small_city
from support.browser import DESKTOP, PHONE, Visitor, visit
from support.other_city import OTHER_CITY, TRACES
from support.serving import Reports, forget_everything, serve

PAGES = (
    "/",
    "/overview-combined",
    "/neighborhood",
    "/neighborhood-weekly",
    "/nc-summary-comparison",
    "/recent",
    "/time-to-close",
    "/types-map",
)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Reports]:
    forget_everything()
    with small_city.filled(OTHER_CITY) as filled, serve(filled.reader_url) as running:
        yield running


@pytest.fixture(scope="module")
def tourist(browser: Browser, elsewhere: Reports) -> Iterator[Visitor]:
    someone = Visitor(browser, elsewhere.url)
    yield someone
    someone.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_of_their_city_only(path: str, tourist: Visitor) -> None:
    with visit(tourist) as someone:
        page = someone.open(path)
        assert "New York" in page.title()
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            text = someone.settle().inner_text("body")
            assert [line for line in text.splitlines() if TRACES.search(line)] == []
