"""What the benchmark of the map counts as our code, including the parts that MapLibre calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route
from support.api import serve_api
from support.browser import Visitor
from support.databases import Database
from support.serving import serve

from benchmarks import main_thread
from headless_browser import MAP_IS_IDLE

MAP_JS = Path(__file__).parents[2] / "assets" / "map.js"
BEGINS = "function showView(state) {"
# Makes MapLibre redraw once, only for these tests.
REDRAW = """() => new Promise(done => { const map = document.querySelector('.city-map').mapState.map;
    map.once('idle', () => setTimeout(done, 50)); map.triggerRepaint(); })"""
# About a benchmark, which is not run at each change either.
pytestmark = pytest.mark.slow
GOAL_MS, WORK_MS = 100, 150


@pytest.fixture(scope="module")
def someone(browser: Browser, city: Database) -> Iterator[Visitor]:
    with serve_api(city.reader_url) as api, serve(city.reader_url, API_PUBLIC_URL=api) as reports:
        visitor = Visitor(browser, reports.url)
        visitor.allowed = (api,)
        yield visitor
        visitor.close()


@pytest.fixture
def page(someone: Visitor) -> Page:
    someone.new_tab()
    return someone.page


def _work_in_each_idle(route: Route) -> None:
    """Our script, with extra work in the callback that MapLibre calls when the map is drawn."""
    busy = f"var until = performance.now() + {WORK_MS}; while (performance.now() < until) {{}}"
    script = MAP_JS.read_text()
    assert script.count(BEGINS) == 1
    route.fulfill(body=script.replace(BEGINS, BEGINS + busy), content_type="text/javascript")


def _measured(browser: Browser, page: Page) -> main_thread.MainThread:
    page.wait_for_function(MAP_IS_IDLE)
    return main_thread.observed(browser, page, lambda: [page.evaluate(REDRAW) for _ in range(2)])


def test_what_maplibre_calls_of_our_code_counts(browser: Browser, someone: Visitor, page: Page) -> None:
    page.route("**/assets/map.js*", _work_in_each_idle)
    page.goto(f"{someone.url}/map")
    found = _measured(browser, page)
    assert found.ours_in_a_frame > GOAL_MS


def test_what_is_not_ours_does_not_count(browser: Browser, someone: Visitor, page: Page) -> None:
    someone.open("/map")
    page.wait_for_function(MAP_IS_IDLE)
    busy = f"() => {{ const until = performance.now() + {WORK_MS}; while (performance.now() < until) {{}} }}"
    found = main_thread.observed(browser, page, lambda: page.evaluate(busy))
    assert found.longest_task > WORK_MS
    assert found.ours_in_a_frame < WORK_MS / 2
