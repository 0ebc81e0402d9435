"""The map of requests with the real API's tiles, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.api import serve_api
from support.browser import DESKTOP, PHONE, Visitor
from support.databases import Database
from support.serving import Reports, serve

SCREENS = {"desktop": (DESKTOP, "light"), "phone": (PHONE, "dark")}
IS_IDLE = """() => { const state = (document.querySelector('.city-map') || {}).mapState;
    return state && state.isReady && state.map.loaded() && /\\d/.test(state.parts.status.textContent); }"""
LOCATED = """SELECT count(*) FROM service_requests WHERE latitude IS NOT NULL AND NOT is_information
    AND created_date::date BETWEEN %s AND %s"""
A_CLUSTER = """() => { const map = document.querySelector('.city-map').mapState.map;
    const found = map.queryRenderedFeatures({layers: ['clusters']})[0];
    const at = map.project(found.geometry.coordinates), box = map.getCanvas().getBoundingClientRect();
    return {x: box.x + at.x, y: box.y + at.y}; }"""
ZOOM = "() => document.querySelector('.city-map').mapState.map.getZoom()"


@pytest.fixture(scope="module")
def served(city: Database) -> Iterator[tuple[Reports, str]]:
    """Reports that know the API, and its address."""
    with serve_api(city.reader_url) as api, serve(city.reader_url, API_URL=api) as reports:
        yield reports, api


@pytest.fixture(scope="module", params=SCREENS)
def someone(
    browser: Browser, served: tuple[Reports, str], request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    viewport, scheme = SCREENS[request.param]
    visitor = Visitor(browser, served[0].url, viewport=viewport, color_scheme=scheme)
    visitor.allowed = (served[1],)
    yield visitor
    visitor.close()


def _opened(someone: Visitor, path: str) -> Page:
    someone.problems.clear()
    page = someone.open(path)
    page.wait_for_function(IS_IDLE)
    return page


def _in_view(page: Page) -> int:
    text = page.locator(".map-status").inner_text()
    found = re.match(r"([\d,]+) request", text)
    assert found, text
    return int(found[1].replace(",", ""))


def _days(page: Page) -> list[Any]:
    filters = page.evaluate("() => JSON.parse(document.querySelector('.city-map').dataset.map).filters")
    return re.findall(r"\d{4}-\d\d-\d\d", filters)


def test_the_whole_city_adds_up_and_axe_finds_nothing(someone: Visitor, city: Database) -> None:
    page = _opened(someone, "/map")
    assert _in_view(page) == city.value(LOCATED % tuple(f"'{day}'" for day in _days(page)))
    width = (page.viewport_size or DESKTOP)["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert someone.violations() == []
    assert someone.problems == []


def test_a_click_leads_into_a_cluster_and_a_shared_link_shows_the_same_view(someone: Visitor) -> None:
    page = _opened(someone, "/map?outlines=regions")
    before = page.evaluate(ZOOM)
    page.locator(".map-canvas").scroll_into_view_if_needed()
    at = page.evaluate(A_CLUSTER)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_function(f"() => ({ZOOM})() > {before} + 1.5")
    page.wait_for_function("() => location.hash.startsWith('#map=')")
    page.wait_for_function(IS_IDLE)
    shared, zoom = page.url, page.evaluate(ZOOM)
    page.goto("about:blank")
    again = _opened(someone, shared.removeprefix(someone.url))
    assert again.evaluate(ZOOM) == pytest.approx(zoom, abs=0.01)
    assert "outlines=regions" in again.url
    assert someone.problems == []


def test_a_filter_changes_the_requests_and_keeps_the_view(someone: Visitor) -> None:
    page = _opened(someone, "/map#map=9.50/34.00000/-118.40000")
    before = _in_view(page)
    page.get_by_text("Closed", exact=True).first.click()
    page.wait_for_url("**/map?*status=closed*")
    page.wait_for_function(
        "before => { const text = document.querySelector('.map-status').textContent;"
        " return /^[\\d,]+ request/.test(text) && parseInt(text.replace(',', '')) < before; }",
        arg=before,
    )
    assert "#map=9.50" in page.url
    assert someone.problems == []


def test_the_map_is_moved_and_requests_are_reached_by_keyboard(someone: Visitor, city: Database) -> None:
    place = city.run(
        "SELECT address, request_id FROM service_requests WHERE latitude IS NOT NULL AND NOT is_information"
        " AND created_date < now() - interval '2 days' ORDER BY created_date DESC LIMIT 1"
    )[0]
    page = _opened(someone, "/map")
    page.get_by_role("searchbox", name="Address").fill(place[0])
    page.keyboard.press("Enter")
    found = page.get_by_role("list", name="Addresses found").get_by_role("button").first
    expect(found).to_contain_text(place[0])
    found.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({ZOOM})() > 15")
    page.wait_for_function(IS_IDLE)
    assert page.locator(".map-rows table").first.is_visible()
    canvas = page.locator(".map-canvas canvas")
    canvas.focus()
    page.keyboard.press("-")
    page.wait_for_function(f"() => ({ZOOM})() < 15.5")
    assert someone.problems == []


def test_a_request_leads_to_its_page(served: tuple[Reports, str], city: Database) -> None:
    request_id, number = city.run("SELECT request_id, srnumber FROM service_requests LIMIT 1")[0]
    response = served[0].get(f"/map/request/{request_id}")
    assert (response.status_code, response.headers["location"]) == (302, f"/request/{number}")
    assert served[0].get("/map/request/999999999").status_code == 404


def test_routes_of_the_map_answer_odd_requests(served: tuple[Reports, str]) -> None:
    reports, api = served
    assert reports.get("/map/outlines/other.json").status_code == 404
    assert len(reports.get("/map/outlines/areas.json").json()["features"]) == 99
    assert reports.get("/map/addresses?q=1").json() == []
    assert reports.get("/map/addresses?q=%25%25%25%25").json() == []
    assert reports.get("/map/addresses?q=%00%00%00%00").json() == []
    assert f"connect-src 'self' {api}" in reports.get("/map").headers["content-security-policy"]
