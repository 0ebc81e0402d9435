"""The map of every located request in a browser: bytes of its first view, and our code's longest call."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from benchmark_figures import Figure
from playwright.sync_api import Browser, Page, Request, sync_playwright

from benchmarks import serving
from screenshots import ARGUMENTS

OUR_CODE = "/assets/map.js"
GOAL_KB, GOAL_FRAME_MS = 500, 100
CALLS = ("FunctionCall", "EvaluateScript")
WIDTH, HEIGHT = 1280, 900
SETTLED = """() => { const state = (document.querySelector('.city-map') || {}).mapState;
    return state && state.isReady && state.map.loaded() && /^[1-9]/.test(state.parts.status.textContent); }"""


def measured(first: str, last: str) -> Iterator[Figure]:
    """Kilobytes of the first view and its scripts, and the longest call of our code."""
    with serving.api() as api, serving.reports(API_PUBLIC_URL=api) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        finished: list[Request] = []
        # Playwright marks its handlers, which a method of a list does not take.
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
        page.goto(f"{served.url}/map?from={first}&to={last}")
        page.wait_for_function(SETTLED)
        yield from _sizes([*finished], api)
        yield _longest_call(browser, page)
        browser.close()


def _sizes(finished: Sequence[Request], api: str) -> Iterator[Figure]:
    """Bytes on the wire, of the worker that loads the tiles too; the goal is that of everything together."""
    kilobytes = {request: _kilobytes(request) for request in finished}
    data = [size for request, size in kilobytes.items() if _is_data(request.url, api)]
    code = [size for request, size in kilobytes.items() if not _is_data(request.url, api)]
    vendored = [size for request, size in kilobytes.items() if "/assets/vendor/" in request.url]
    limit_is = f"its largest of {len(data)} responses"
    yield Figure("first view of the map, its data", "kB", sum(data), max(data), limit_is)
    limit_is = "MapLibre and Plotly alone"
    yield Figure("first view of the map, page and scripts", "kB", sum(code), sum(vendored), limit_is)
    everything = sum(data) + sum(code)
    yield Figure("first view of the map, everything", "kB", everything, sum(vendored), limit_is, GOAL_KB)


def _kilobytes(request: Request) -> float:
    sizes = request.sizes()
    return (sizes["responseHeadersSize"] + sizes["responseBodySize"]) / 1000


def _is_data(url: str, api: str) -> bool:
    return url.startswith(api) or urlsplit(url).path.startswith("/map/")


def _longest_call(browser: Browser, page: Page) -> Figure:
    """Drag and zoom; the longest call of our code, next to the longest task of the page's main thread."""
    browser.start_tracing(
        page=page, categories=["devtools.timeline", "disabled-by-default-devtools.timeline"]
    )
    _move(page)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    here = [event for event in events if (event["pid"], event["tid"]) in mains and event.get("ph") == "X"]
    ours = [event["dur"] for event in here if event["name"] in CALLS and OUR_CODE in _script(event)]
    tasks = [event["dur"] for event in here if event["name"] == "RunTask"]
    name = "map of every request, longest call of our code while panning and zooming"
    return Figure(name, "ms", max(ours) / 1000, max(tasks) / 1000, "longest task of the page", GOAL_FRAME_MS)


def _script(event: Mapping[str, Any]) -> str:
    return str(event.get("args", {}).get("data", {}).get("url", ""))


def _move(page: Page) -> None:
    box = page.locator(".map-canvas").bounding_box()
    if box is None:
        raise RuntimeError("the map is not shown")
    x, y = box["x"] + box["width"] / 2, min(box["y"] + box["height"] / 2, HEIGHT - 100)
    page.mouse.move(x, y)
    for wheel in (-600, -600, -600, 400, 400, -300):
        page.mouse.wheel(0, wheel)
        page.wait_for_timeout(400)
        page.mouse.down()
        page.mouse.move(x - 150, y - 60, steps=12)
        page.mouse.up()
        page.mouse.move(x, y)
        page.wait_for_function(SETTLED)
