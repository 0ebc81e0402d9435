"""What holds for every page, whatever it reports."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from support.browser import DESKTOP, PHONE, Visitor
from support.pages import PATHS
from support.serving import Reports


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_page_shows_all_its_cards(
    browser: Browser, reports: Reports, path: str, scheme: str, viewport: dict[str, int]
) -> None:
    someone = Visitor(browser, reports.url, viewport=viewport, color_scheme=scheme)
    page = someone.open(path)

    assert page.locator(".state").all_inner_texts() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert someone.violations() == []
    someone.close()
    assert someone.problems == []
