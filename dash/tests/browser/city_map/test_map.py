"""The map of requests with the real API's tiles, on a desktop and on a phone."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from samples import sampled
from support import maps
from support.browser import DESKTOP, SCREENS, Visitor
from support.databases import Database
from support.paper import darkest
from support.serving import Reports

from headless_browser import MAP_IS_IDLE
from report_kit.request_history import KINDS

on_each_screen = pytest.mark.parametrize("someone", sampled([*SCREENS], 2), indirect=True)


@on_each_screen
def test_the_whole_city_adds_up_and_axe_finds_nothing(someone: Visitor, page: Page, city: Database) -> None:
    assert maps.in_view(page) == city.value(maps.LOCATED.format(*maps.days(page)))
    width = (page.viewport_size or DESKTOP)["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert someone.violations() == []
    assert someone.problems == []


def test_a_filter_changes_the_requests_and_keeps_the_view(page: Page) -> None:
    before, view = maps.in_view(page), page.evaluate(maps.ZOOM)
    page.evaluate("window.kept = document.querySelector('.city-map').mapState.map")
    page.get_by_text("Closed", exact=True).first.click()
    page.wait_for_function("() => location.search.includes('status=closed')")
    page.wait_for_function(
        "before => parseInt(document.querySelector('.map-status').textContent.replace(',', '')) < before",
        arg=before,
    )
    assert page.evaluate(maps.ZOOM) == pytest.approx(view)
    assert page.evaluate("document.querySelector('.city-map').mapState.map === window.kept")


@on_each_screen
def test_a_click_leads_into_a_cluster_and_the_link_shows_the_same_view(someone: Visitor, page: Page) -> None:
    someone.open("/map?outlines=regions&status=closed")
    page.wait_for_function(MAP_IS_IDLE)
    before = page.evaluate(maps.ZOOM)
    page.locator(".map-canvas").scroll_into_view_if_needed()
    at = page.evaluate(maps.A_CLUSTER)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_function(f"before => ({maps.ZOOM})() > before + 1.5", arg=before)
    page.wait_for_function(MAP_IS_IDLE)
    assert "status=closed" in page.url
    other = maps.another_map(someone, page.url)
    assert other.evaluate(maps.ZOOM) == pytest.approx(page.evaluate(maps.ZOOM), abs=0.01)
    assert maps.in_view(other) == maps.in_view(page)
    other.close()


def test_an_address_and_the_map_are_reached_by_keyboard(someone: Visitor, page: Page, city: Database) -> None:
    address = city.value("SELECT max(upper(address)) FROM service_requests WHERE latitude IS NOT NULL")
    page.get_by_role("searchbox", name="Address").fill(address)
    page.keyboard.press("Enter")
    found = page.get_by_role("list", name="Addresses found").get_by_role("button").first
    expect(found).to_contain_text(address)
    found.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({maps.ZOOM})() > 15")
    page.locator(".map-canvas canvas").focus()
    page.keyboard.press("-")
    page.wait_for_function(f"() => ({maps.ZOOM})() < 15.5")
    page.wait_for_function(MAP_IS_IDLE)
    assert page.locator(".map-rows").is_visible()
    page.get_by_role("searchbox", name="Address").fill("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Addresses found")).to_have_text("Enter at least 3 characters.")
    assert someone.problems == []


@pytest.mark.slow
def test_a_map_that_is_left_is_removed_and_writes_no_view(someone: Visitor) -> None:
    other = maps.another_map(someone, someone.url + "/map")
    other.evaluate("window.left = document.querySelector('.city-map').mapState.map")
    other.get_by_role("navigation").get_by_role("link", name="Backlog", exact=True).click()
    expect(other.locator("h1")).to_have_text("Backlog")
    other.wait_for_function("() => window.left._removed")
    assert "#map" not in other.url
    other.close()
    assert someone.problems == []


@on_each_screen
def test_a_request_shows_its_details_and_its_history(
    someone: Visitor, served: tuple[Reports, str], city: Database
) -> None:
    request_id, day, longitude, latitude = city.run(maps.A_POINT)[0]
    other = maps.another_map(someone, served[0].url + maps.at(day, day, longitude, latitude))
    canvas = other.locator(".map-canvas canvas")
    canvas.scroll_into_view_if_needed()
    canvas.click()
    popup = other.locator(".map-popup")
    expect(popup.get_by_role("link")).to_have_attribute("href", f"/map/request/{request_id}")
    expect(popup).to_contain_text("Created")
    events = httpx.get(f"{served[1]}/requests/{request_id}/history").json()
    history = popup.get_by_role("list", name="History").get_by_role("listitem")
    kinds = ["; ".join(KINDS[kind] for kind in (one["data"]["kind"], *one["data"]["also"])) for one in events]
    expect(history).to_have_text([re.compile(rf": {kind}$") for kind in kinds])
    other.emulate_media(media="print")
    # The canvas is scaled to the paper, and a popup would be away from its circle.
    expect(popup).to_be_hidden()
    other.close()
    assert someone.problems == []


@on_each_screen
def test_requests_at_one_place_are_listed(
    someone: Visitor, served: tuple[Reports, str], city: Database
) -> None:
    """No zoom takes them apart: their circle showed a number, and no way to any of them."""
    number, day, longitude, latitude = city.run(maps.A_PLACE)[0]
    expected = [link for (link,) in city.run(maps.AT_PLACE.format(day, longitude, latitude))]
    other = maps.another_map(someone, served[0].url + maps.at(day, day, longitude, latitude))
    popup, newest = other.locator(".map-popup"), other.get_by_role("list", name="Newest requests")
    button = other.locator(".map-rows").get_by_role("button", name=f"{number} requests").first
    button.press("Enter")
    expect(newest.get_by_role("link")).to_have_count(number)
    address = city.value(
        f"SELECT address FROM service_requests WHERE '/map/request/' || request_id = '{expected[0]}'"
    )
    expect(popup).to_contain_text(address)
    links = newest.get_by_role("link")
    assert [one.get_attribute("href") for one in links.all()] == expected
    other.get_by_role("button", name="Close popup").click()
    canvas = other.locator(".map-canvas canvas")
    canvas.scroll_into_view_if_needed()
    canvas.click()
    expect(popup).to_contain_text(f"{number} requests")
    expect(links).to_have_count(number)
    other.close()
    assert someone.problems == []


def test_the_table_of_types_adds_up(someone: Visitor) -> None:
    other = maps.another_map(someone, someone.url + "/map")
    rows = other.locator(".map-rows table").first.locator("tbody tr")
    cells = [row.split("\t") for row in rows.all_inner_texts()]
    assert cells[-1][0] == "4 other types"
    assert sum(int(number.replace(",", "")) for _, number in cells) == maps.in_view(other)
    other.close()


@pytest.mark.slow
def test_a_popup_says_that_it_lists_the_newest(someone: Visitor, page: Page, city: Database) -> None:
    first, last = maps.days(page)
    number, longitude, latitude = city.run(maps.LARGEST_PLACE.format(first, last))[0]
    assert number > 10
    other = maps.another_map(someone, someone.url + maps.at(first, last, longitude, latitude))
    other.locator(".map-rows").get_by_role("button", name=f"{number:,} requests").first.press("Enter")
    popup = other.locator(".map-popup")
    expect(popup.get_by_role("heading", name="Newest 10")).to_be_visible()
    types = popup.get_by_role("listitem").filter(has_text=": ").all_inner_texts()
    assert sum(int(one.rpartition(": ")[2].replace(",", "")) for one in types) == number
    other.close()


@pytest.mark.slow
def test_a_popup_replaces_the_previous_one(
    someone: Visitor, served: tuple[Reports, str], city: Database
) -> None:
    _, day, longitude, latitude = city.run(maps.A_PLACE)[0]
    other = maps.another_map(someone, served[0].url + maps.at(day, day, longitude, latitude))
    button = other.locator(".map-rows").get_by_role("button").first
    for _ in range(2):
        button.press("Enter")
        expect(other.locator(".map-popup")).to_have_count(1)
    # It would show requests of the previous filters.
    other.get_by_text("Closed", exact=True).first.click()
    expect(other.locator(".map-popup")).to_have_count(0)
    other.close()
    assert someone.problems == []


@pytest.mark.slow
def test_a_popup_is_within_a_narrow_map_and_closes_by_keyboard(
    someone: Visitor, browser: Browser, city: Database
) -> None:
    number, day, longitude, latitude = city.run(maps.A_PLACE)[0]
    visitor = Visitor(browser, someone.url, viewport=maps.NARROW)
    visitor.allowed = someone.allowed
    other = visitor.page
    other.goto(someone.url + maps.at(day, day, longitude, latitude))
    other.wait_for_function(MAP_IS_IDLE)
    links = other.get_by_role("list", name="Newest requests").get_by_role("link")
    button = other.locator(".map-rows").get_by_role("button", name=f"{number} requests").first
    for place in ((0.1, 0.1), (0.35, 0.5), (0.65, 0.5), (0.9, 0.9)):
        other.evaluate(maps.MOVED, [longitude, latitude, *place])
        other.wait_for_function(MAP_IS_IDLE)
        button.press("Enter")
        expect(links).to_have_count(number)
        other.wait_for_function(MAP_IS_IDLE)
        assert other.evaluate(maps.CUT_OFF) <= 1, place
        other.keyboard.press("Escape")
        expect(other.locator(".map-popup")).to_have_count(0)
        expect(button).to_be_focused()
    assert visitor.problems == []
    visitor.close()


@pytest.mark.slow
def test_the_fragment_of_the_url_moves_the_map(someone: Visitor) -> None:
    """An impossible latitude said that the browser has no WebGL; another view did nothing."""
    other = maps.another_map(someone, someone.url + "/map#map=12/95.00000/-118.30000")
    other.evaluate("location.hash = '#map=14.00/34.05000/-118.25000'")
    other.wait_for_function(f"() => ({maps.ZOOM})() === 14")
    other.wait_for_function(MAP_IS_IDLE)
    # The map of a page that is being left.
    other.evaluate("history.pushState(null, '', '/backlog')")
    other.evaluate("document.querySelector('.city-map').mapState.map.panBy([50, 50], { duration: 0 })")
    assert other.evaluate("location.hash") == ""
    other.close()
    assert someone.problems == []


@pytest.mark.slow
def test_hot_spots_of_one_type_are_circled(someone: Visitor, served: tuple[Reports, str], page: Page) -> None:
    first, _ = maps.days(page)
    other = maps.another_map(someone, served[0].url + "/map?type=4&hotspots=show")
    hotspots = httpx.get(f"{served[1]}/geojson/hotspots", params={"type_id": 4, "start_date": first}).json()
    expected = len(hotspots["features"])
    assert expected > 0
    other.wait_for_function(f"expected => ({maps.SPOTS})() === expected", arg=expected)
    status = other.locator(".map-status")
    expect(status).not_to_contain_text("hot spots")
    other.goto(served[0].url + "/map?hotspots=show")
    expect(status).to_contain_text("Choose one request type to see its hot spots.")
    other.close()


@pytest.mark.slow
def test_paper_is_light_in_the_dark_scheme(someone: Visitor, browser: Browser) -> None:
    visitor = Visitor(browser, someone.url, color_scheme="dark")
    visitor.allowed = someone.allowed
    visitor.page.goto(someone.url + "/map")
    visitor.page.wait_for_function(MAP_IS_IDLE)
    assert 0 < darkest(visitor.page) < 0.05
    assert visitor.page.evaluate(maps.BACKGROUND_COLOR) == "#10161c"
    assert visitor.page.locator("html").get_attribute("data-mantine-color-scheme") == "dark"
    visitor.close()


def test_a_request_leads_to_its_page(served: tuple[Reports, str], city: Database) -> None:
    request_id, number = city.run("SELECT request_id, srnumber FROM service_requests LIMIT 1")[0]
    response = served[0].get(f"/map/request/{request_id}")
    assert (response.status_code, response.headers["location"]) == (302, f"/request/{number}")
    assert served[0].get("/map/request/999999999").status_code == 404


def test_routes_of_the_map_answer_odd_requests(served: tuple[Reports, str]) -> None:
    reports, api = served
    assert reports.get("/map/outlines/other.json").status_code == 404
    assert len(reports.get("/map/outlines/areas.json").json()["features"]) == 99
    assert reports.get("/map/addresses?q=1").json() == []
    assert reports.get("/map/addresses?q=%25%25%25%25").json() == []
    assert reports.get("/map/addresses?q=%00%00%00%00").status_code == 400
    anywhere = "west=-180&south=-90&east=180&north=90"
    assert len(reports.get(f"/map/requests?{anywhere}").json()) == 10
    assert reports.get(f"/map/requests?{anywhere}&from=3020-01-01&type=x&status=odd").status_code == 200
    for sides in ("", "west=1&south=1&east=1", anywhere.replace("90", "x"), anywhere.replace("180", "nan")):
        assert reports.get(f"/map/requests?{sides}").status_code == 400
    assert reports.get("/map/requests?west=5&south=5&east=-5&north=1e308").json() == []
    assert f"connect-src 'self' {api}" in reports.get("/map").headers["content-security-policy"]
