"""Debian's Chromium, which may load only from the report server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, Request, expect

from headless_browser import ARGUMENTS, BROWSER, IS_LOADED

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SCREENS = {"desktop": (DESKTOP, "light"), "phone": (PHONE, "dark")}
"""Viewport and color scheme."""
# A busy machine is slow, and no test is about speed.
WAIT_MS = 60_000
expect.set_options(timeout=WAIT_MS)
BAD = {"serious", "critical"}
# The names of other hosts do not resolve, so that a request to one fails and is recorded.
ONLY_THIS_MACHINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
NEW_PAGE = "about:blank"
IMPATIENT = """const timeout = AbortSignal.timeout.bind(AbortSignal), later = window.setTimeout;
AbortSignal.timeout = milliseconds => timeout(milliseconds / 10);
window.setTimeout = (call, milliseconds, ...rest) => later(call, milliseconds / 10, ...rest);"""
"""A script for pages of which a test keeps a response back."""
EXPECTED = (
    # A response other than 200; tests of such states look at the page instead.
    "Failed to load resource",
    # A page without figures, or whose figures appear late, does not use the preloaded scripts.
    "was preloaded using link preload but not used",
)
# Otherwise axe also describes every element that is right, which takes most of its time. Checking that all
# content is in a landmark takes a tenth of the rest, and its violations are never serious.
ONLY_VIOLATIONS = {"resultTypes": ["violations"], "rules": {"region": {"enabled": False}}}
# Rows of a table look alike, and figures are images; checking the contrast of every cell is half of the work.
FEW_ROWS = {"exclude": [[".main-svg"], ["tbody tr:nth-child(n+5)"], [".ag-row:nth-child(n+5)"]]}
# Without a graphics card the browser reads the map back from an emulated one.
READ_BACK = "GPU stall due to ReadPixels"


@contextmanager
def chromium(playwright: Playwright, arguments: Sequence[str] = ARGUMENTS) -> Iterator[Browser]:
    path = shutil.which(BROWSER)
    if path is None:
        pytest.fail(f"{BROWSER} is not installed: `make setup` does it", pytrace=False)
    browser = playwright.chromium.launch(executable_path=path, args=[*arguments, ONLY_THIS_MACHINE])
    yield browser
    browser.close()


class Visitor:
    """A page in the browser that records everything that went wrong."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self._context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce"} | context)
        self.url = url
        # Other origins that the page may load from, such as the API's.
        self.allowed: tuple[str, ...] = ()
        self.expected: tuple[str, ...] = (*EXPECTED, READ_BACK)
        self.problems: list[str] = []
        # Listen instead of routing: a routed page has no cache, and every load would recompile its scripts.
        self._context.on("request", self._check)
        self._context.set_default_timeout(WAIT_MS)
        self.page: Page = self.another_page()

    def new_tab(self) -> None:
        """Continue in a new tab, which has no history."""
        self.page.close()
        self.page = self.another_page()

    def another_page(self) -> Page:
        """One more tab."""
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._listen)
        return page

    def _check(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:", NEW_PAGE, *self.allowed)):
            self.problems.append(f"asked another host: {request.url}")

    def _listen(self, message: Any) -> None:
        is_expected = any(text in message.text for text in self.expected)
        if message.type in {"error", "warning"} and not is_expected:
            self.problems.append(f"{message.type}: {message.text}")

    def open(self, path: str) -> Page:
        """Open the path and wait until every card has loaded."""
        self.page.goto(self.url + path)
        return self.settle()

    def settle(self) -> Page:
        """Wait until nothing is loading anymore."""
        return settled(self.page)

    def violations(self) -> list[str]:
        """The serious and critical violations that axe finds on the page."""
        found = self.violations_now()
        while not self.page.evaluate(IS_LOADED):
            # A card that is being reloaded is dimmed, and dimmed text has too little contrast.
            self.settle()
            found = self.violations_now()
        return found

    def violations_now(self) -> list[str]:
        """The same for a page that is still loading."""
        return [
            f"{item['id']}: {node['target']} {node['html'][:160]}"
            for item in Axe().run(self.page, FEW_ROWS, ONLY_VIOLATIONS).response["violations"]
            if item["impact"] in BAD
            for node in item["nodes"]
        ]

    def leave(self) -> None:
        """Clear the site's storage and go to an empty page, like a new reader."""
        self.page.evaluate("if (location.host) { localStorage.clear(); sessionStorage.clear(); }")
        self._context.clear_cookies()
        self.page.goto(NEW_PAGE)

    def close(self) -> None:
        self._context.close()


@contextmanager
def visit(someone: Visitor) -> Iterator[Visitor]:
    """One test's use of the visitor; browser errors and requests to other hosts fail the test."""
    yield someone
    someone.leave()
    problems, someone.problems = someone.problems, []
    assert problems == []


def settled(page: Page) -> Page:
    """The page, once two checks in a row find that nothing on it is loading."""
    page.wait_for_function(IS_LOADED, polling=100)
    page.wait_for_timeout(150)
    page.wait_for_function(IS_LOADED, polling=100)
    return page
