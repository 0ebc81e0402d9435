"""A grid is a plain table until its scripts have come."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect
from support.browser import Visitor
from support.maps import held_back
from support.serving import Reports

PAGE = "/data-quality"
CHECKS = "#data-quality--checks"
SCRIPT = "**/dash_ag_grid.min.js"


def test_rows_are_there_before_the_scripts_of_the_grid(browser: Browser, reports: Reports) -> None:
    reader = Visitor(browser, reports.url)
    held: list[Route] = []
    reader.page.route(SCRIPT, lambda route: held.append(route))  # noqa: PLW0108 - it cannot be a built-in
    reader.page.goto(reports.url + PAGE)
    card = reader.page.locator(CHECKS)
    plain = card.locator(".grid-waits tbody tr")
    expect(plain.first).to_be_visible()
    shown = [row.split("\t") for row in plain.all_inner_texts()]
    titles = card.locator(".grid-waits th").all_inner_texts()
    assert reader.violations_now() == []
    for route in held:
        route.continue_()
    reader.settle()
    grid = card.locator(".ag-center-cols-container [role=row]")
    # The grid is drawn shortly after the table has gone.
    expect(card.locator(".ag-header-cell-text")).to_have_text(titles)
    expect(grid).to_have_count(len(shown))
    assert [row.locator("[role=gridcell]").all_inner_texts() for row in grid.all()] == shown
    assert held
    assert reader.problems == []
    reader.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/neighborhood-weekly", "/what-changed"])
def test_sr_numbers_link_to_the_page_of_the_request(browser: Browser, reports: Reports, path: str) -> None:
    reader = Visitor(browser, reports.url)
    page = reader.page
    with held_back(page, SCRIPT) as release:
        page.goto(reports.url + path)
        plain = page.locator(".grid-waits td:first-child a").first
        number = plain.inner_text()
        expect(plain).to_have_attribute("href", f"/request/{number}")
        release()
    link = page.locator("[role=gridcell][col-id=sr_number] a").first
    expect(link).to_have_attribute("href", f"/request/{number}")
    link.click()
    expect(page.locator("h1")).to_contain_text(number)
    reader.close()
