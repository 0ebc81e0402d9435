"""External measurements: the time until a page is usable, and the memory of a worker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmark_figures import Figure
from playwright.sync_api import Browser, sync_playwright

from benchmarks import serving
from benchmarks.serving import Served
from headless_browser import ARGUMENTS, BROWSER
from pages import reports

TIMES = 3
GOAL_USABLE_S, GOAL_MB = 1.5, 150
PATHS = ("/", *(report.path for report in reports()))
NO_PAGE = "/there-is-no-such-page"
# The heading is present, and every control, text and card that starts within the given number of pixels from
# the top has its content: figures are drawn, and optionally grids have their rows.
IS_DRAWN = """([pixels, waits]) => {
    const unfinished = '.mantine-Skeleton-root, [data-dash-is-loading="true"], .covers:empty'
        + ', .dash-graph:not(:has(.main-svg))' + waits;
    const parts = [...document.querySelectorAll('.controls, .covers, .card')];
    return document.querySelector('h1') && !document.querySelector('#preview')
        && parts.filter(part => part.getBoundingClientRect().top < pixels)
            .every(part => !part.matches(unfinished) && !part.querySelector(unfinished))
        && performance.now() / 1000;
}"""
WIDTH, HEIGHT = 1280, 900
WHOLE_PAGE = 1_000_000


def measured() -> Iterator[Figure]:
    """Pages in a browser with an empty cache, then the memory of the workers that served them."""
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
    """Time until pages are usable and complete, with cached results; the limit is an empty page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(BROWSER), args=ARGUMENTS)
        limits, _ = visits(browser, served.url + NO_PAGE)
        for path in PATHS:
            usable, complete = visits(browser, served.url + path)
            limit_is = "the same server's page without a report"
            yield Figure.of(f"page {path} usable in a browser", "s", usable, limits, limit_is, GOAL_USABLE_S)
            yield Figure.of(f"page {path} complete in a browser", "s", complete, limits, limit_is)
        browser.close()


def visits(browser: Browser, url: str) -> tuple[list[float], list[float]]:
    """The times of several visits after an unmeasured one."""
    usable, complete = zip(*(visit(browser, url) for _ in range(TIMES + 1)), strict=True)
    return list(usable[1:]), list(complete[1:])


def visit(browser: Browser, url: str) -> tuple[float, float]:
    """Seconds from the request until the page is usable above the fold, and until every card is drawn.

    Each visit starts with an empty browser cache.
    """
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    page.goto(url, wait_until="commit")
    times = [
        float(page.wait_for_function(IS_DRAWN, arg=[pixels, waits], polling=20).json_value())
        for pixels, waits in ((HEIGHT, ""), (WHOLE_PAGE, ", .grid-waits"))
    ]
    context.close()
    return times[0], times[1]
