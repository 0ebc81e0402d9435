"""Debian's Chromium, which may load from the report server only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from screenshots import ARGUMENTS

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# A busy machine is slow, and no test is about how slow.
WAIT_MS = 60_000
expect.set_options(timeout=WAIT_MS)
BAD = {"serious", "critical"}
IS_LOADED = """() => document.querySelector('h1') && !document.querySelector('.mantine-Skeleton-root')
    && !document.querySelector('[data-dash-is-loading="true"]') && !document.querySelector('.grid-waits')"""
# The browser's message about a response other than 200; tests of those states look at the page instead.
EXPECTED = "Failed to load resource"


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is not installed: `make setup` does it", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Visitor:
    """A page in the browser that records everything that went wrong."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self._context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce"} | context)
        self.url = url
        # Other origins that the page may ask, such as the API's.
        self.allowed: tuple[str, ...] = ()
        self.problems: list[str] = []
        self._context.route("**/*", self._guard)
        self._context.set_default_timeout(WAIT_MS)
        self.page: Page = self.another_page()

    def another_page(self) -> Page:
        """One more tab."""
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._listen)
        return page

    def _guard(self, route: Route) -> None:
        if route.request.url.startswith((self.url, "data:", "blob:", *self.allowed)):
            route.continue_()
        else:
            self.problems.append(f"asked another host: {route.request.url}")
            route.abort()

    def _listen(self, message: Any) -> None:
        if message.type in {"error", "warning"} and EXPECTED not in message.text:
            self.problems.append(f"{message.type}: {message.text}")

    def open(self, path: str) -> Page:
        """Go there and wait until every card has come."""
        self.page.goto(self.url + path)
        return self.settle()

    def settle(self) -> Page:
        """Wait until nothing is loading any more."""
        return settled(self.page)

    def violations(self) -> list[str]:
        """What axe finds serious or critical on the page."""
        found = Axe().run(self.page).response["violations"]
        while not self.page.evaluate(IS_LOADED):
            # A card that is asked for again meanwhile is dimmed, and dimmed text has too little contrast.
            self.settle()
            found = Axe().run(self.page).response["violations"]
        return [
            f"{item['id']}: {node['target']} {node['html'][:160]}"
            for item in found
            if item["impact"] in BAD
            for node in item["nodes"]
        ]

    def close(self) -> None:
        self._context.close()


def settled(page: Page) -> Page:
    """The page when nothing on it is loading any more, twice in a row."""
    page.wait_for_function(IS_LOADED)
    page.wait_for_timeout(150)
    page.wait_for_function(IS_LOADED)
    return page
