"""A choice leaves nothing of the former one on the map, even if its own data is late or missing."""

from __future__ import annotations

import pytest
from playwright.sync_api import APIResponse, Route, expect
from support import maps
from support.browser import Visitor
from support.databases import Database

from headless_browser import MAP_IS_IDLE


@pytest.mark.slow
def test_outlines_and_hot_spots_that_could_not_be_loaded_are_not_those_of_the_former_choice(
    someone: Visitor,
) -> None:
    other, is_down = someone.another_page(), [False]
    for address in ("**/geojson/hotspots*", "**/map/outlines/*"):
        other.route(address, lambda route: route.fulfill(status=503) if is_down[0] else route.continue_())
    other.goto(someone.url + "/map?type=4&hotspots=show")
    # Before that there is no map whose layers could be read.
    other.wait_for_function(MAP_IS_IDLE)
    other.wait_for_function(f"() => ({maps.SPOTS})() > 0 && ({maps.OUTLINES})() > 0")
    is_down[0] = True
    other.locator(".mantine-SegmentedControl-root").get_by_text("Regions", exact=True).click()
    other.get_by_label("Created").click()
    other.get_by_role("button", name="Last 7 days").click()
    status = other.locator(".map-status")
    for missing in ("Hot spots", "Outlines"):
        expect(status).to_contain_text(f"{missing} could not be loaded.")
    other.wait_for_function(MAP_IS_IDLE)
    assert (other.evaluate(maps.SPOTS), other.evaluate(maps.OUTLINES)) == (0, 0)
    is_down[0] = False
    other.get_by_text("Closed", exact=True).first.click()
    expect(status).to_contain_text("in view.")
    other.wait_for_function(f"() => ({maps.OUTLINES})() > 0")
    expect(status).not_to_contain_text("could not be loaded")
    other.close()


@pytest.mark.slow
def test_hot_spots_and_outlines_that_have_not_changed_are_not_requested_again(someone: Visitor) -> None:
    other, asked = maps.another_map(someone, someone.url + "/map?type=4&hotspots=show"), list[str]()
    before = other.evaluate(maps.SPOTS), other.evaluate(maps.OUTLINES)
    other.on("request", lambda request: asked.append(request.url))
    other.get_by_text("Closed", exact=True).first.click()
    other.wait_for_function(f"() => {maps.FILTERS}.includes('status=closed')")
    other.wait_for_function(MAP_IS_IDLE)
    assert (other.evaluate(maps.SPOTS), other.evaluate(maps.OUTLINES)) == before
    assert [url for url in asked if "outlines/" in url or "hotspots?" in url] == []
    other.close()


def test_places_of_former_filters_show_no_popup(someone: Visitor, city: Database) -> None:
    """It had the number of the former filters, the list of the current ones, and stayed."""
    _, day, longitude, latitude = city.run(maps.A_PLACE)[0]
    other = maps.another_map(someone, someone.url + maps.at(day, day, longitude, latitude))
    button, popup = other.locator(".map-rows button").first, other.locator(".map-popup")
    with maps.held_back(other, "**/tiles/**status=closed") as release:
        other.get_by_text("Closed", exact=True).first.click()
        expect(other.locator(".map-status")).to_have_text("Loading …")
        button.press("Enter")
        expect(popup).to_have_count(0)
        release()
    other.wait_for_function(MAP_IS_IDLE)
    button.press("Enter")
    expect(popup).to_have_count(1)
    other.close()


@pytest.mark.slow
def test_addresses_do_not_return_after_one_was_chosen(someone: Visitor, city: Database) -> None:
    """Enter was pressed twice, and the second response came last."""
    address = city.value(
        "SELECT max(upper(address)) FROM service_requests WHERE latitude IS NOT NULL AND address ~ '^[0-9]+ '"
    )
    other = maps.another_map(someone, someone.url + "/map")
    held, found = list[tuple[Route, APIResponse]](), other.locator(".map-found button")
    other.route("**/map/addresses*", lambda route: held.append((route, route.fetch())))
    other.get_by_role("searchbox", name="Address").fill(address)
    other.keyboard.press("Enter")
    other.keyboard.press("Enter")
    while len(held) < 2:
        other.wait_for_timeout(50)
    (route, response), last = held
    route.fulfill(response=response)
    found.first.click()
    with other.expect_response("**/map/addresses*"):
        last[0].fulfill(response=last[1])
    other.wait_for_function(MAP_IS_IDLE)
    expect(found).to_have_count(0)
    other.close()
