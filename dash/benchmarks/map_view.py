"""The map of all located requests in a browser: bytes per view, and the time our code takes in a frame."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from benchmark_figures import Figure
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from benchmarks import main_thread, serving
from headless_browser import BROWSER, MAP_IS_IDLE, WITH_GRAPHICS

GOAL_KB, GOAL_FRAME_MS = 500, 100
WIDTH, HEIGHT = 1280, 900
Sizes = Sequence[tuple[str, float]]
"""URL and kilobytes of each response."""
# Sizes of the report server's responses: Playwright does not report the size of a worker's script.
OWN = """() => { const shown = performance.getEntriesByName('map-shown')[0].startTime;
    return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter(one => one.startTime <= shown && new URL(one.name).origin === location.origin)
        .map(one => [one.name, one.transferSize / 1000]); }"""
SETTLED = f"""() => ({MAP_IS_IDLE})()
    && /^[1-9]/.test(document.querySelector('.city-map').mapState.parts.status.textContent)"""
"""An idle map that shows requests."""
SHOWN_AT = "performance.timeOrigin + performance.getEntriesByName('map-shown')[0].startTime"


def measured(first: str, last: str) -> Iterator[Figure]:
    """Kilobytes of the first and second views, and the longest time that our code takes in a frame."""
    with serving.api() as api, serving.reports(API_PUBLIC_URL=api) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(BROWSER), args=WITH_GRAPHICS)
        url = f"{served.url}/map?from={first}&to={last}"
        # An unmeasured visit fills the caches of the servers.
        _view(_newcomer(browser), url)
        context = _newcomer(browser)
        yield from _first_view(_view(context, url)[1], api)
        page, second = _view(context, url)
        yield _second_view(second, api)
        # Wait until the card below the map is drawn, so that its drawing is not measured as part of panning.
        page.locator("#map--by-type .main-svg").first.wait_for(state="attached")
        yield _our_code(browser, page)
        browser.close()


def _newcomer(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})


def _view(context: BrowserContext, url: str) -> tuple[Page, Sizes]:
    """A new page, and the transfer sizes of all resources requested before the map showed its data."""
    page = context.new_page()
    finished: list[Request] = []
    # Playwright sets an attribute on its handlers, which a bound list method does not allow.
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
    page.goto(url)
    page.wait_for_function(SETTLED)
    shown = page.evaluate(SHOWN_AT)
    page.wait_for_load_state("networkidle")
    others = [one for one in finished if not one.url.startswith(_origin(url))]
    tiles = [(one.url, _kilobytes(one)) for one in others if one.timing["startTime"] <= shown]
    return page, [*page.evaluate(OWN), *tiles]


def _origin(url: str) -> str:
    return "{0.scheme}://{0.netloc}/".format(urlsplit(url))


def _kilobytes(request: Request) -> float:
    """Transfer size of an API response, which cross-origin rules hide from the page."""
    sizes = request.sizes()
    return (sizes["responseHeadersSize"] + sizes["responseBodySize"]) / 1000


def _first_view(sizes: Sizes, api: str) -> Iterator[Figure]:
    """Data and total size of the first view; the goal applies to the total."""
    data = [size for url, size in sizes if _is_data(url, api)]
    library = sum(size for url, size in sizes if "/assets/vendor/maplibre" in url)
    everything = sum(size for _, size in sizes)
    limit_is = f"its largest of {len(data)} responses"
    yield Figure("first view of the map, its data", "kB", sum(data), max(data), limit_is)
    yield Figure("first view of the map, everything", "kB", everything, library, "MapLibre alone", GOAL_KB)


def _second_view(sizes: Sizes, api: str) -> Figure:
    data = sum(size for url, size in sizes if _is_data(url, api))
    return Figure(
        "second view of the map, everything", "kB", sum(size for _, size in sizes), data, "its data", GOAL_KB
    )


def _is_data(url: str, api: str) -> bool:
    return url.startswith(api) or urlsplit(url).path.startswith("/map/")


def _our_code(browser: Browser, page: Page) -> Figure:
    """Drag and zoom; compare the longest time of our code in one frame with the page's longest task."""
    found = main_thread.observed(browser, page, lambda: _move(page))
    name = "map of every request, our code in one frame while panning and zooming"
    return Figure(
        name, "ms", found.ours_in_a_frame, found.longest_task, "longest task of the page", GOAL_FRAME_MS
    )


def _move(page: Page) -> None:
    box = page.locator(".map-canvas").bounding_box()
    if box is None:
        raise RuntimeError("the map is not shown")
    x, y = box["x"] + box["width"] / 2, min(box["y"] + box["height"] / 2, HEIGHT - 100)
    page.mouse.move(x, y)
    # Back and forth, so that the view stays within the city.
    for wheel, way in ((-600, 1), (-600, -1), (-600, 1), (400, -1), (400, 1), (-300, -1)):
        page.mouse.wheel(0, wheel)
        page.wait_for_timeout(400)
        page.mouse.down()
        page.mouse.move(x - 150 * way, y - 60 * way, steps=12)
        page.mouse.up()
        page.mouse.move(x, y)
        page.wait_for_function(SETTLED)
