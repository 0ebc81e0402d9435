"""Reports of another city: its terms, its time zone, its map, and no trace of the sample's city."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from support import city as small_city
from support.browser import DESKTOP, PHONE, Visitor, visit
from support.pages import sampled
from support.serving import Reports, forget_everything, serve

OTHER_CITY = """
UPDATE city SET city_key = 'nyc', city_name = 'New York', time_zone = 'America/New_York',
    words = '{"area": "Community district", "areas": "Community districts",
              "no_area": "No community district",
              "region": "Borough", "portal": "data.cityofnewyork.us", "population": "last census"}';
UPDATE councils SET council_name = CASE council_id WHEN 0 THEN 'No community district'
                                   ELSE 'Brooklyn ' || council_id END;
UPDATE regions SET region_name = 'Borough ' || region_id;
"""
# "Council's Office" is a source of requests.
TRACES = re.compile(
    r"(?<!city )\bcouncils?\b(?!'s Office)|los angeles|arleta|lacity|P[SD]T\b|2020 census", re.IGNORECASE
)
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
    with small_city.filled() as filled:
        for statement in OTHER_CITY.split(";\n"):
            if statement.strip():
                filled.run(statement)
        with serve(filled.reader_url) as running:
            yield running


@pytest.fixture(scope="module")
def tourist(browser: Browser, elsewhere: Reports) -> Iterator[Visitor]:
    someone = Visitor(browser, elsewhere.url)
    yield someone
    someone.close()


@pytest.mark.parametrize("path", sampled(PAGES, 5))
def test_pages_speak_of_their_city_only(path: str, tourist: Visitor) -> None:
    with visit(tourist) as someone:
        page = someone.open(path)
        assert "New York" in page.title()
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            text = someone.settle().inner_text("body")
            assert [line for line in text.splitlines() if TRACES.search(line)] == []
