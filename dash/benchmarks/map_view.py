"""The map of every located request in a browser: bytes of its first view, and what our code costs a frame."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmark_figures import Figure
from playwright.sync_api import Browser, Page, Request, sync_playwright

from benchmarks import serving
from screenshots import ARGUMENTS

API = serving.DASH.parent / "api"
OUR_CODE = "/assets/map.js"
GOAL_KB, GOAL_FRAME_MS = 500, 100
CALLS = ("FunctionCall", "EvaluateScript", "TimerFire")
WIDTH, HEIGHT = 1280, 900
SETTLED = """() => { const state = (document.querySelector('.city-map') || {}).mapState;
    return state && state.isReady && state.map.loaded() && /^[1-9]/.test(state.parts.status.textContent); }"""


@contextmanager
def _api() -> Iterator[str]:
    """The API as deployed, by its own environment."""
    port = serving.free_port()
    python = Path(sys.prefix).parent / "api" / "bin" / "python"
    url = f"http://127.0.0.1:{port}"
    variables = os.environ | {"API_PORT": str(port), "API_WORKERS": "1", "API_PUBLIC_URL": url}
    process = subprocess.Popen([str(python), "-m", "lacity_data_api"], cwd=API, env=variables)
    try:
        serving.wait(url + "/status/ready", process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def measured(first: str, last: str) -> Iterator[Figure]:
    """Kilobytes of the first view and its scripts, and the longest stretch of our code in a frame."""
    with _api() as api, serving.reports(API_PUBLIC_URL=api) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        finished: list[Request] = []
        # Playwright marks its handlers, which a method of a list does not take.
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
        page.goto(f"{served.url}/map?from={first}&to={last}")
        page.wait_for_function(SETTLED)
        yield from _sizes([*finished], api)
        yield _frames(browser, page)
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


def _frames(browser: Browser, page: Page) -> Figure:
    """Drag and zoom in and out; the longest task of the page's main thread that runs our code."""
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
