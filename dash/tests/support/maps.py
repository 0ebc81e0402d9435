"""What the tests of the map look for, in the database and in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, Route

from headless_browser import MAP_IS_IDLE
from support.browser import Visitor

LOCATED = """SELECT count(*) FROM service_requests WHERE latitude IS NOT NULL AND NOT is_information
    AND created_date::date BETWEEN '{}' AND '{}'"""
A_CLUSTER = """() => { const map = document.querySelector('.city-map').mapState.map;
    const found = map.queryRenderedFeatures({layers: ['clusters']})[0];
    const at = map.project(found.geometry.coordinates), box = map.getCanvas().getBoundingClientRect();
    return {x: box.x + at.x, y: box.y + at.y}; }"""
A_POINT = """SELECT min(request_id), created_date::date, longitude, latitude FROM service_requests
    WHERE NOT is_information AND latitude IS NOT NULL GROUP BY 2, 3, 4
    HAVING count(*) = 1 AND min(request_id) IN (SELECT request_id FROM changes) LIMIT 1"""
A_PLACE = """SELECT count(*), created_date::date, longitude, latitude FROM service_requests
    WHERE NOT is_information AND latitude IS NOT NULL GROUP BY 2, 3, 4
    HAVING count(*) BETWEEN 3 AND 10 ORDER BY 1 DESC, 3, 4 LIMIT 1"""
LARGEST_PLACE = """SELECT count(*), longitude, latitude FROM service_requests
    WHERE NOT is_information AND latitude IS NOT NULL AND created_date::date BETWEEN '{}' AND '{}'
    GROUP BY 2, 3 ORDER BY 1 DESC LIMIT 1"""
AT_PLACE = """SELECT '/map/request/' || request_id FROM service_requests
    WHERE created_date::date = '{}' AND longitude = {} AND latitude = {} AND NOT is_information
    ORDER BY created_date DESC, request_id DESC"""
SPOTS = """() => document.querySelector(".city-map").mapState.map
    .queryRenderedFeatures({layers: ["hotspots"]}).length"""
OUTLINES = """() => document.querySelector(".city-map").mapState.map
    .queryRenderedFeatures({layers: ["outlines"]}).length"""
MOVED = """([longitude, latitude, x, y]) => {
    const map = document.querySelector(".city-map").mapState.map, canvas = map.getCanvas();
    map.jumpTo({ center: [longitude, latitude] });
    map.panBy([canvas.clientWidth * (0.5 - x), canvas.clientHeight * (0.5 - y)], { duration: 0 }); }"""
CUT_OFF = """() => {
    const popup = document.querySelector(".maplibregl-popup").getBoundingClientRect();
    const map = document.querySelector(".map-canvas canvas").getBoundingClientRect();
    return Math.max(map.left - popup.left, popup.right - map.right,
        map.top - popup.top, popup.bottom - map.bottom); }"""
LOSE_GRAPHICS = """() => { const canvas = document.querySelector(".map-canvas canvas");
    window.graphics = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
    window.graphics.loseContext(); }"""
NARROW = {"width": 320, "height": 640}
BACKGROUND_COLOR = """() => document.querySelector(".city-map").mapState.map
    .getPaintProperty("background", "background-color")"""
ZOOM = "() => document.querySelector('.city-map').mapState.map.getZoom()"

BACKGROUND = "https://maps.example/styles/city.json"
FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*"}
FILTERS = "JSON.parse(document.querySelector('.city-map').dataset.map).filters"
SHOWN = "performance.getEntriesByName('map-shown')[0].startTime"
RECEIVED = ("responseHeadersSize", "responseBodySize")
HAS_LOOKED = """() => performance.getEntriesByType('resource').some(one => one.name.endsWith('/ready')
    && one.responseEnd)"""
# From the top of the page to the map.
PLACES = ("h1", ".covers", ".map-canvas")
MAX_MOVED_PX = 4
LOADED = """part => performance.getEntriesByType('resource').filter(one => one.name.includes(part))
    .map(one => ({ name: one.name, begins: one.startTime, bytes: one.transferSize }))"""


@contextmanager
def held_back(page: Page, address: str) -> Iterator[Callable[[], None]]:
    """Requests for this address wait until the yielded function is called."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if is_held:
            waiting.append(route)
        else:
            route.continue_()

    def release() -> None:
        nonlocal is_held
        is_held = False
        for route in waiting:
            route.continue_()

    is_held = True
    page.route(address, hold)
    yield release


def at(first: Any, last: Any, longitude: Any, latitude: Any) -> str:
    """The path of the map of these days at the deepest zoom, at this place."""
    return f"/map?from={first}&to={last}#map=16/{latitude}/{longitude}"


def another_map(someone: Visitor, address: str) -> Page:
    """A map in another tab, once it has loaded."""
    page = someone.another_page()
    page.goto(address)
    page.wait_for_function(MAP_IS_IDLE)
    return page


def in_view(page: Page) -> int:
    text = page.locator(".map-status").inner_text()
    found = re.match(r"([\d,]+) request", text)
    assert found, text
    return int(found[1].replace(",", ""))


def days(page: Page) -> list[Any]:
    filters = page.evaluate(f"() => {FILTERS}")
    return re.findall(r"\d{4}-\d\d-\d\d", filters)
