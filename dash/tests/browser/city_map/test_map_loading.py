"""How the map loads: before Dash, after each choice, without parts of it, and after losing its graphics."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect
from support import maps
from support.browser import DESKTOP, EXPECTED, IMPATIENT, Visitor
from support.databases import Database
from support.serving import Reports, serve

from headless_browser import MAP_IS_IDLE


@pytest.mark.slow
def test_requests_that_could_not_be_loaded_are_not_counted_and_loaded_later(someone: Visitor) -> None:
    """An incomplete view had a number that was too low; a new filter had the number of the one before."""
    someone.expected = (*EXPECTED, "Failed to load resource", "AJAXError")
    other = maps.another_map(someone, someone.url + "/map")
    everything = maps.in_view(other)
    is_down = [True]
    for address in ("**/tiles/**", "**/tiles.json*"):
        is_down[0] = True
        other.route(address, lambda route: route.fulfill(status=503) if is_down[0] else route.continue_())
        other.get_by_text("Open" if "json" in address else "Closed", exact=True).first.click()
        status = other.locator(".map-status")
        expect(status).to_contain_text("could not be loaded")
        other.evaluate("document.querySelector('.city-map').mapState.map.panBy([5, 5])")
        other.wait_for_timeout(2000)
        expect(status).to_contain_text("could not be loaded")
        assert other.locator(".map-rows").inner_text() == ""
        is_down[0] = False
        expect(status).to_contain_text("in view", timeout=30_000)
        assert 0 < maps.in_view(other) < everything
    other.close()
    someone.expected = EXPECTED


@pytest.mark.parametrize("lost", ["tiles.json*", pytest.param("tiles/**", marks=pytest.mark.slow)])
def test_a_map_whose_data_never_arrives_says_so_and_is_loaded_later(someone: Visitor, lost: str) -> None:
    """It said "Loading" until the page was reloaded."""
    other, is_lost = someone.another_page(), [True]
    other.add_init_script(IMPATIENT)
    other.route(f"**/{lost}", lambda route: None if is_lost[0] else route.continue_())
    other.goto(someone.url + "/map")
    status = other.locator(".map-status")
    expect(status).to_contain_text("could not be loaded")
    is_lost[0] = False
    expect(status).to_contain_text("in view")
    other.close()


@pytest.mark.slow
def test_hot_spots_that_never_arrive_are_named_and_the_requests_are_counted(someone: Visitor) -> None:
    """The requests were never counted: MapLibre waited for the hot spots."""
    other = someone.another_page()
    other.add_init_script(IMPATIENT)
    other.route("**/geojson/hotspots*", lambda _: None)
    other.goto(someone.url + "/map?type=4&hotspots=show")
    status = other.locator(".map-status")
    expect(status).to_have_text(re.compile(r"[1-9]\d* requests in view\. Hot spots could not be loaded\."))
    other.unroute_all()
    other.get_by_text("Closed", exact=True).first.click()
    expect(status).to_have_text(re.compile(r"[1-9]\d* requests in view\.$"))
    other.close()


@pytest.mark.slow
def test_the_number_is_shown_even_if_tiles_without_requests_arrive_last(someone: Visitor) -> None:
    """The sea has the same empty tiles with all filters, and an unchanged tile triggers no event."""
    other = maps.another_map(someone, someone.url + "/map")
    # A phone's view of the city has no sea.
    other.set_viewport_size(DESKTOP)
    other.wait_for_function(MAP_IS_IDLE)
    everything, empty = maps.in_view(other), list[tuple[Route, APIResponse]]()
    asked, others = list[str](), list[str]()

    def hold_empty(route: Route) -> None:
        tile = route.fetch()
        if tile.status == 204:
            empty.append((route, tile))
        else:
            route.fulfill(response=tile)
            others.append(route.request.url)

    other.on("request", lambda one: asked.append(one.url) if "/tiles/" in one.url else None)
    other.route("**/tiles/**", hold_empty)
    other.get_by_text("Closed", exact=True).first.click()
    other.wait_for_function(f"() => {maps.FILTERS}.includes('status=closed')")
    while not asked or len(empty) + len(others) < len(asked):
        other.wait_for_timeout(50)
    # The map has shown them by then.
    other.wait_for_timeout(2000)
    assert empty
    for route, tile in empty:
        route.fulfill(response=tile)
    other.wait_for_function(MAP_IS_IDLE)
    assert 0 < maps.in_view(other) < everything
    other.close()


@pytest.mark.slow
def test_tiles_of_former_filters_that_arrive_late_are_not_shown(someone: Visitor, city: Database) -> None:
    other = maps.another_map(someone, someone.url + "/map")
    with maps.held_back(other, "**/tiles/**status=closed") as release:
        other.get_by_text("Closed", exact=True).first.click()
        other.wait_for_timeout(1000)
        other.get_by_text("Open", exact=True).first.click()
        other.wait_for_function(f"() => {maps.FILTERS}.includes('status=open')")
        other.wait_for_timeout(1000)
        release()
    other.wait_for_timeout(1000)
    other.evaluate("document.querySelector('.city-map').mapState.map.panBy([1, 0], { duration: 0 })")
    other.wait_for_function(MAP_IS_IDLE)
    is_open = city.value(maps.LOCATED.format(*maps.days(other)) + " AND is_open")
    assert maps.in_view(other) == is_open > 0
    other.close()


@pytest.mark.slow
def test_other_outlines_load_no_requests_again(someone: Visitor) -> None:
    other = maps.another_map(someone, someone.url + "/map")
    everything, loaded = maps.in_view(other), list[str]()
    other.on("request", lambda one: loaded.append(one.url))
    other.get_by_text("None", exact=True).first.click()
    other.wait_for_function("() => document.querySelector('.city-map').mapState.known.outlines === 'none'")
    other.wait_for_function(MAP_IS_IDLE)
    assert maps.in_view(other) == everything
    assert [url for url in loaded if "/tiles" in url] == []
    other.close()


@pytest.mark.slow
def test_a_map_whose_graphics_were_taken_away_shows_the_current_filters(
    someone: Visitor, city: Database
) -> None:
    """Phones do that to a page in the background. Filters changed meanwhile showed the former requests."""
    other = maps.another_map(someone, someone.url + "/map")
    everything = maps.in_view(other)
    other.evaluate(maps.LOSE_GRAPHICS)
    expect(other.locator(".map-status")).to_have_text("Loading …")
    other.get_by_text("Closed", exact=True).first.click()
    other.wait_for_function(f"() => {maps.FILTERS}.includes('status=closed')")
    other.evaluate("window.graphics.restoreContext()")
    other.wait_for_function(MAP_IS_IDLE)
    closed = city.value(maps.LOCATED.format(*maps.days(other)) + " AND NOT is_open")
    assert maps.in_view(other) == closed < everything
    other.close()
    assert someone.problems == []


@pytest.mark.slow
def test_hot_spots_that_could_not_be_loaded_are_not_missing_silently(someone: Visitor) -> None:
    other, is_down = someone.another_page(), [True]
    for address in ("**/geojson/hotspots*", "**/map/outlines/*"):
        other.route(address, lambda route: route.fulfill(status=503) if is_down[0] else route.continue_())
    other.goto(someone.url + "/map?type=4&hotspots=show")
    status = other.locator(".map-status")
    for missing in ("Hot spots", "Outlines"):
        expect(status).to_contain_text(f"{missing} could not be loaded.")
    expect(status).to_contain_text("in view")
    expect(other.locator("#preview")).to_have_count(0)
    is_down[0] = False
    other.get_by_text("Closed", exact=True).first.click()
    other.wait_for_function(f"() => ({maps.SPOTS})() > 0")
    expect(status).not_to_contain_text("could not be loaded")
    other.close()


@pytest.mark.slow
def test_what_draws_other_cards_waits_for_the_first_view(someone: Visitor) -> None:
    other = someone.another_page()
    other.goto(someone.url + "/map")
    expect(other.locator("#map--by-type .main-svg").first).to_be_attached()
    shown, plotly = other.evaluate(maps.SHOWN), other.evaluate(maps.LOADED, "plotly-cartesian")
    assert [one for one in plotly if one["begins"] < shown] == []
    assert plotly != []
    other.close()


def test_the_first_view_needs_half_a_megabyte_and_none_of_dash(someone: Visitor, browser: Browser) -> None:
    size = someone.page.viewport_size
    context = browser.new_context(viewport=size)
    sizes: list[int] = []
    context.on("requestfinished", lambda one: sizes.append(sum(map(one.sizes().get, maps.RECEIVED))))
    context.route("**/_dash-*/**", lambda route: route.abort())
    other = context.new_page()
    other.goto(someone.url + "/map")
    other.wait_for_function("() => performance.getEntriesByName('map-shown').length")
    expect(other.locator(".map-status")).to_contain_text("in view")
    worker = other.evaluate(maps.LOADED, "maplibre-gl-worker")[0]["bytes"]
    assert 400_000 < sum(sizes) + worker < 500_000
    context.close()


def test_the_page_of_dash_takes_over_the_map_that_is_there(someone: Visitor, browser: Browser) -> None:
    visitor = Visitor(browser, someone.url, viewport=someone.page.viewport_size)
    visitor.allowed = someone.allowed
    other = visitor.page
    with maps.held_back(other, "**/_dash-layout") as release:
        other.goto(someone.url + "/map")
        field = other.get_by_label("Address", exact=True)
        field.fill("200 N")
        before = [one.bounding_box() for one in map(other.locator, maps.PLACES)]
        assert visitor.violations_now() == []
        # Dash's scripts are there, and have looked whether the page is current.
        other.wait_for_function(maps.HAS_LOOKED)
        other.evaluate("() => { window.drawn = document.querySelector('canvas'); }")
        release()
        other.wait_for_function(MAP_IS_IDLE)
    assert other.evaluate("document.querySelector('#react-entry-point canvas') === window.drawn")
    assert other.evaluate("document.querySelectorAll('canvas.maplibregl-canvas').length") == 1
    expect(field).to_have_value("200 N")
    expect(field).to_be_focused()
    after = [one.bounding_box() for one in map(other.locator, maps.PLACES)]
    assert after == [pytest.approx(one, abs=maps.MAX_MOVED_PX) for one in before]
    assert visitor.problems == []
    visitor.close()


def test_the_focus_is_not_lost_with_the_preview(someone: Visitor, browser: Browser) -> None:
    visitor = Visitor(browser, someone.url)
    visitor.allowed = someone.allowed
    other = visitor.page
    with maps.held_back(other, "**/_dash-layout") as release:
        other.goto(someone.url + "/map", wait_until="commit")
        other.locator("#preview nav a", has_text="Backlog").focus()
        release()
        expect(other.locator("#preview")).to_have_count(0)
    expect(other.get_by_role("navigation").get_by_role("link", name="Backlog", exact=True)).to_be_focused()
    visitor.close()


@pytest.mark.slow
def test_a_page_whose_scripts_could_not_be_loaded_says_so(someone: Visitor, browser: Browser) -> None:
    visitor = Visitor(browser, someone.url)
    other = visitor.page
    other.route("**/dash_html_components*", lambda route: route.abort())
    other.goto(someone.url + "/map", wait_until="commit")
    notice = other.get_by_role("alert")
    expect(notice).to_contain_text("Parts of this page could not be loaded.")
    other.unroute_all()
    notice.get_by_role("link", name="Reload this page").click()
    expect(other.locator("#preview")).to_have_count(0)
    expect(other.locator("h1")).to_have_text("Map of requests")
    visitor.close()


def test_a_filter_that_is_chosen_while_the_map_loads_applies_to_it(
    someone: Visitor, browser: Browser
) -> None:
    visitor = Visitor(browser, someone.url, viewport=someone.page.viewport_size)
    visitor.allowed = someone.allowed
    other, tiles = visitor.page, list[str]()
    other.on("request", lambda one: tiles.append(one.url) if "/tiles/" in one.url else None)
    with maps.held_back(other, "**/maplibre-gl.mjs*") as release:
        other.goto(someone.url + "/map", wait_until="commit")
        other.wait_for_function("() => !document.querySelector('#preview') && document.querySelector('h1')")
        other.get_by_label("Request types").first.click()
        other.get_by_role("option", name="Bulky Items", exact=True).click()
        other.wait_for_function(f"() => {maps.FILTERS}.includes('type_id=4')")
        assert tiles == []
        release()
        other.wait_for_function(MAP_IS_IDLE)
    assert tiles != []
    assert [url for url in tiles if "type_id=4" not in url] == []
    assert visitor.problems == []
    visitor.close()


def test_a_second_visit_loads_data_only(someone: Visitor, page: Page) -> None:
    other = maps.another_map(someone, someone.url + "/map")
    files = other.evaluate(maps.LOADED, "/assets/") + other.evaluate(maps.LOADED, "/_dash-component-suites/")
    # Dash requests the parts that it loads later without a version.
    kept = [one for one in files if "/async-" not in one["name"]]
    assert len(kept) > 10
    assert [one["name"] for one in kept if one["bytes"] > 0] == []
    other.close()


def _style_without_tiles(route: Route) -> None:
    if route.request.url != maps.BACKGROUND:
        route.fulfill(status=503, headers=maps.FROM_ANYWHERE)
        return
    source = {"type": "vector", "url": "https://maps.example/tiles.json"}
    route.fulfill(
        json={"version": 8, "sources": {"streets": source}, "layers": []}, headers=maps.FROM_ANYWHERE
    )


@pytest.fixture(scope="module")
def with_basemap(city: Database, served: tuple[Reports, str]) -> Iterator[Reports]:
    """Reports whose map has a basemap of another host."""
    with serve(city.reader_url, API_PUBLIC_URL=served[1], MAP_STYLE_URL=maps.BACKGROUND) as reports:
        yield reports


@pytest.mark.slow
@pytest.mark.parametrize(
    "respond",
    [
        pytest.param(lambda route: route.abort(), id="unreachable"),
        pytest.param(_style_without_tiles, id="without tiles"),
        pytest.param(lambda route: None, id="silent"),
    ],
)
def test_a_basemap_that_fails_leaves_the_requests(
    browser: Browser, city: Database, with_basemap: Reports, respond: Callable[[Route], None]
) -> None:
    visitor = Visitor(browser, with_basemap.url)
    visitor.page.route("https://maps.example/**", respond)
    visitor.page.goto(f"{with_basemap.url}/map")
    visitor.page.wait_for_function(MAP_IS_IDLE)
    assert maps.in_view(visitor.page) == city.value(maps.LOCATED.format(*maps.days(visitor.page)))
    visitor.close()


@pytest.mark.slow
def test_a_basemap_of_another_host_may_be_loaded(with_basemap: Reports, served: tuple[Reports, str]) -> None:
    policy = with_basemap.get("/map").headers["content-security-policy"]
    assert f"connect-src 'self' {served[1]} https://maps.example;" in policy
