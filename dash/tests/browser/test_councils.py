"""The reports about neighborhoods, as their readers use them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.browser import Visitor
from support.databases import Database
from support.raw import RAW
from support.serving import Reports

from tests.browser.test_controls import choose, query, requests_shown


def number(page: Page, label: str) -> int:
    text = page.locator("dl.numbers div", has_text=label).locator(".number").first.inner_text()
    return int(text.replace(",", "").replace("+", ""))


@pytest.mark.slow
def test_another_council_has_its_own_numbers(city: Database, visitor: Visitor) -> None:
    page = visitor.open("/neighborhood")
    choose(page, "Neighborhood council", "Arroyo Seco")
    expect(page.locator(".covers")).to_contain_text("Council: Arroyo Seco.")
    visitor.settle()
    assert query(page) == {"council": ["2"]}
    assert requests_shown(page) == city.value(
        RAW + "SELECT count(*) FROM past WHERE council = 'Arroyo Seco' AND created >= today - 90"
    )
    page.get_by_text("30 days", exact=True).click()
    card = page.locator("#neighborhood--average")
    expect(card).to_contain_text("Arroyo Seco:")
    visitor.settle()
    assert query(page) == {"council": ["2"], "average": ["30"]}


def test_no_council_has_no_average_and_says_why(visitor: Visitor) -> None:
    page = visitor.open("/neighborhood?council=0")
    expect(page.locator("#neighborhood--average .state")).to_contain_text("no population to divide by")


@pytest.mark.slow
def test_the_week_of_a_council(city: Database, visitor: Visitor) -> None:
    page = visitor.open("/neighborhood-weekly?council=52")
    counted = city.rows(
        RAW
        + """SELECT count(*) FILTER (WHERE created >= today - 7 AND created < today),
                count(*) FILTER (WHERE closed >= today - 7 AND closed < today)
            FROM raw WHERE council = (SELECT council_name FROM councils WHERE council_id = 52)"""
    )[0]
    assert [number(page, "New"), number(page, "Closed")] == counted
    assert number(page, "Net change") == counted[0] - counted[1]
    grid = page.locator("#neighborhood-weekly--requests")
    grid.get_by_role("columnheader", name="Type").click()
    first = grid.locator('[row-index="0"] [col-id="type"]')
    expect(first).to_have_text("Animal Remains")


def test_old_urls_still_lead_there(visitor: Visitor) -> None:
    page = visitor.open("/dashboards/neighborhood_recent?councilName=Arroyo%20Seco")
    expect(page.locator(".covers")).to_contain_text("Council: Arroyo Seco.")
    page = visitor.open("/dashboards/types_map")
    expect(page.locator("h1")).to_have_text("Request type map")


def test_an_unknown_name_is_kept_and_reported(reports: Reports) -> None:
    answer = reports.get("/dashboards/neighborhood_recent?councilName=Nowhere%27s")
    assert answer.status_code == 301
    assert answer.headers["location"].endswith("/neighborhood-weekly?councilName=Nowhere%27s")


@pytest.mark.slow
def test_an_area_of_the_map_leads_to_its_requests(visitor: Visitor) -> None:
    page = visitor.open("/types-map?type=4")
    areas = page.locator("#types-map--map .js-fill")
    expect(areas).to_have_count(99)
    page.locator(".mantine-SegmentedControl-root").get_by_text("Requests", exact=True).click()
    visitor.settle()
    assert query(page)["measure"] == ["count"]
    noho = areas.nth(51)
    noho.scroll_into_view_if_needed()
    box = noho.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    expect(page.locator("#types-map--map .hovertext")).to_contain_text("Noho")
    page.mouse.click(x, y)
    page.wait_for_url("**/requests-list?**")
    assert query(page)["type"] == ["4"]
    assert query(page)["council"] == ["52"]


@pytest.mark.slow
def test_councils_side_by_side(city: Database, visitor: Visitor) -> None:
    page = visitor.open("/nc-summary-comparison?council=52")
    choose(page, "Neighborhood councils", "Arleta")
    expect(page.locator(".covers")).to_contain_text("Arleta")
    visitor.settle()
    assert query(page) == {"council": ["52,1"]}
    assert number(page, "Arleta") == city.value(
        RAW + "SELECT count(*) FROM past WHERE council = 'Arleta' AND created >= today - 30"
    )
    before = page.locator("#nc-summary-comparison--days-to-close figcaption").inner_text()
    page.get_by_text("All", exact=True).click()
    visitor.settle()
    after = page.locator("#nc-summary-comparison--days-to-close figcaption")
    expect(after).not_to_have_text(before)
    assert query(page)["days"] == ["all"]
