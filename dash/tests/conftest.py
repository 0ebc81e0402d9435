from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from support import city as small_city
from support.browser import Visitor, chromium, visit
from support.databases import Database
from support.serving import Reports, forget_everything, serve, settings_for

import data.database
from data.warehouse import Warehouse

PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def city() -> Iterator[Database]:
    """The small city; tests read it and never change it."""
    with small_city.filled() as found:
        yield found


@pytest.fixture(scope="session")
def warehouse(city: Database) -> Iterator[Warehouse]:
    """A worker's access to the small city, without Redis; more patient than a visitor, for a busy machine."""
    found = Warehouse(settings_for(city.reader_url, reports_query_seconds=PATIENCE_SECONDS))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONNECT_SECONDS", "WAIT_SECONDS"):
            patch.setattr(data.database, name, PATIENCE_SECONDS)
        # Opens the pool, which keeps them.
        found.facts()
    yield found
    found.close()


@pytest.fixture(scope="session")
def reports(city: Database) -> Iterator[Reports]:
    """The report server on the small city."""
    forget_everything()
    with serve(city.reader_url) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as started:
        yield started


@pytest.fixture(scope="module")
def desk(browser: Browser, reports: Reports) -> Iterator[Visitor]:
    """One browser window for all tests of a module: its cache makes the next page load quickly."""
    someone = Visitor(browser, reports.url)
    yield someone
    someone.close()


@pytest.fixture
def visitor(desk: Visitor) -> Iterator[Visitor]:
    """A reader at a desktop computer."""
    with visit(desk) as someone:
        yield someone
