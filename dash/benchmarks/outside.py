"""What a visitor and a machine feel: how soon a page can be used, and what a worker keeps in memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks import serving
from benchmarks.figures import Figure
from benchmarks.serving import Served
from frame.registry import reports

TIMES = 3
GOAL_USABLE_S, GOAL_MB = 1.5, 150
# The busiest pages of both kinds: a wall of pictures, most cards, most rows, a grid.
PATHS = ("/", "/overview-combined", "/time-to-close", "/neighborhood-weekly")
NO_PAGE = "/there-is-no-such-page"
CHROMIUM = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
# Every card has its content, and every figure and grid is drawn.
IS_USABLE = """() => document.querySelector('h1') && !document.querySelector('.mantine-Skeleton-root')
    && !document.querySelector('[data-dash-is-loading="true"]') && !document.querySelector('.grid-waits')
    && [...document.querySelectorAll('.dash-graph')].every(graph => graph.querySelector('.main-svg'))
    && performance.now() / 1000"""


def measured() -> Iterator[Figure]:
    """Pages in a browser that was never here, then the memory of the workers that served everything."""
    with serving.reports() as served:
        yield from pages(served)
        for report in reports():
            for card in report.cards:
                served.get(f"/csv/{report.name}/{card.name}.csv")
        kept = served.megabytes_of_workers()
    with tempfile.TemporaryDirectory() as folder, serving.empty(Path(folder)) as served:
        limits = served.megabytes_of_workers()
    yield Figure.of(
        "memory of a report worker", "MB", [max(kept)], limits, "one of an empty Dash application", GOAL_MB
    )


def pages(served: Served) -> Iterator[Figure]:
    """How soon pages can be used, answers at hand, beside a page without a report."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        usable(browser, served.url + NO_PAGE)
        limits = [usable(browser, served.url + NO_PAGE) for _ in range(TIMES)]
        for path in PATHS:
            usable(browser, served.url + path)
            runs = [usable(browser, served.url + path) for _ in range(TIMES)]
            work, limit_is = f"page {path} usable in a browser", "the same server's page without a report"
            yield Figure.of(work, "s", runs, limits, limit_is, GOAL_USABLE_S)
        browser.close()


def usable(browser: Browser, url: str) -> float:
    """Seconds from the request until everything is there, in a browser that keeps nothing from before."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(url, wait_until="commit")
    seconds: float = page.wait_for_function(IS_USABLE, polling=20).json_value()
    context.close()
    return seconds
