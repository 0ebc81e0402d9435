"""What a report server, a proxy or a network loses for a moment is named on the page, and loaded later.

Also what keyboards and links lost: the choice in a form, the focus, a term, the text of a button.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.browser import EXPECTED, IMPATIENT, Visitor, settled
from support.serving import Reports

UPDATES = "**/_dash-update-component*"
NOTICE = "#failed-requests"


@pytest.fixture(scope="module")
def someone(browser: Browser, reports: Reports) -> Iterator[Visitor]:
    visitor = Visitor(browser, reports.url)
    # The browser reports each failed request, and Dash each failed callback.
    visitor.expected = (
        *EXPECTED,
        "Failed to load resource",
        "Callback failed",
        "Failed to fetch",
        "Callback error",
        "ChunkLoadError",
        "did not load",
    )
    yield visitor
    visitor.close()
    assert visitor.problems == []


def _choose_graffiti(page: Page) -> None:
    page.get_by_label("Request types").first.click()
    page.get_by_role("option", name="Graffiti", exact=True).click()


@pytest.mark.parametrize("failure", ["503", pytest.param("network", marks=pytest.mark.slow)])
def test_figures_that_could_not_be_loaded_are_named_and_loaded_later(someone: Visitor, failure: str) -> None:
    def fail(route: Route) -> None:
        if failure == "network":
            route.abort()
        else:
            route.fulfill(status=int(failure), body="busy")

    page = someone.open("/overview-combined")
    everything = page.locator(".number").first.inner_text()
    # Only while the server looks ready the page tries again; it is not ready until the failure ends.
    page.route("**/ready", fail)
    page.route(UPDATES, fail)
    _choose_graffiti(page)
    expect(page.locator(NOTICE)).to_be_visible()
    assert page.locator(".number").first.inner_text() == everything
    page.unroute(UPDATES)
    page.unroute("**/ready")
    expect(page.locator(NOTICE)).to_be_hidden()
    expect(page.locator(".covers")).to_contain_text("Type: Graffiti.")
    someone.settle()
    assert page.locator(".number").first.inner_text() != everything


def test_a_figure_without_a_response_is_named_and_loaded_later(someone: Visitor) -> None:
    """Some networks lose requests without an error: the card stayed dimmed."""
    page = someone.another_page()
    page.add_init_script(IMPATIENT)
    page.goto(someone.url + "/overview-combined")
    settled(page)
    page.route("**/ready", lambda route: route.abort())
    page.route(UPDATES, lambda _: None)
    _choose_graffiti(page)
    expect(page.locator(NOTICE)).to_be_visible()
    page.unroute(UPDATES)
    page.unroute("**/ready")
    expect(page.locator(".covers")).to_contain_text("Type: Graffiti.")
    expect(page.locator(NOTICE)).to_be_hidden()
    settled(page)
    page.close()


def test_a_report_that_could_not_be_loaded_is_requested_again(someone: Visitor) -> None:
    page = someone.open("/recent")
    page.route("**/ready", lambda route: route.abort())
    page.route(UPDATES, lambda route: route.fulfill(status=502))
    page.get_by_role("navigation").get_by_role("link", name="Backlog", exact=True).click()
    expect(page.locator(NOTICE)).to_be_visible()
    page.unroute(UPDATES)
    page.unroute("**/ready")
    expect(page.locator("h1")).to_have_text("Backlog")
    assert page.url.partition("?")[0].endswith("/backlog")


@pytest.mark.slow
def test_a_check_without_a_response_is_not_the_last_one(someone: Visitor) -> None:
    """Some networks lose requests without an error: the page never noticed new data again."""
    page = someone.another_page()
    page.add_init_script(IMPATIENT)
    page.route("**/ready", lambda _: None)
    with page.expect_request("**/ready"):
        page.goto(someone.url + "/recent")
    with page.expect_request("**/ready"):
        pass
    page.close()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ("_dash-layout", 503),
        pytest.param("_dash-layout", None, marks=pytest.mark.slow),
        pytest.param("_dash-dependencies", 503, marks=pytest.mark.slow),
    ],
)
def test_a_page_whose_first_data_could_not_be_loaded_appears_later(
    someone: Visitor, data: str, status: int | None
) -> None:
    """It said "Error loading layout", or nothing, until it was reloaded.

    Without a status, there is no response.
    """
    page, failures = someone.another_page(), list[str]()
    if status is None:
        page.add_init_script(IMPATIENT)

    def fail_once(route: Route) -> None:
        if failures:
            route.continue_()
            return
        failures.append(route.request.url)
        if status:
            route.fulfill(status=status, body="busy")

    page.route(f"**/{data}", fail_once)
    page.goto(someone.url + "/recent")
    expect(page.locator("h1")).to_have_text("Recent requests")
    expect(page.locator("#recent--over-time .main-svg").first).to_be_attached()
    assert failures
    page.close()


@pytest.mark.parametrize(
    ("path", "script", "rest"),
    [
        ("/data-quality", "dash_ag_grid.min.js", "#data-quality--checks td >> text=newest request"),
        ("/recent", "async-graph.js", "#recent--over-time .summary"),
    ],
)
def test_a_part_whose_script_could_not_be_loaded_is_not_missing_silently(
    someone: Visitor, path: str, script: str, rest: str
) -> None:
    page = someone.another_page()
    page.route(f"**/{script}", lambda route: route.abort())
    page.goto(someone.url + path)
    notice = page.locator("#missing-parts")
    expect(notice).to_be_visible()
    expect(page.locator(rest).first).to_be_visible()
    page.unroute_all()
    notice.get_by_role("link", name="Reload this page").click()
    expect(page.locator(".ag-root, .main-svg").first).to_be_attached()
    expect(notice).to_be_hidden()
    page.close()


def test_enter_in_the_only_field_of_a_form_sends_nothing(someone: Visitor) -> None:
    page = someone.open("/brief")
    page.evaluate("window.isSame = true")
    page.locator(".controls input:visible").first.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.locator(".controls").evaluate("form => form.requestSubmit && form.requestSubmit()")
    page.wait_for_timeout(300)
    assert page.evaluate("window.isSame")


def test_a_heading_that_sorts_keeps_the_focus(someone: Visitor) -> None:
    page = someone.open("/requests-list")
    heading = page.locator(".list thead button").first
    heading.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".list th[aria-sort]").first).to_be_visible()
    someone.settle()
    assert page.evaluate("document.activeElement.closest('.list thead') !== null")


@pytest.mark.slow
def test_a_definition_is_in_view_after_following_its_link(someone: Visitor) -> None:
    page = someone.open("/overview-combined")
    page.locator("a[href='/definitions#open']").first.evaluate("link => link.click()")
    term = page.locator("#open")
    expect(term).to_be_in_viewport()
    page.goto(someone.url + "/definitions#open")
    expect(term).to_be_in_viewport()


@pytest.mark.slow
def test_a_link_that_has_changed_is_no_longer_copied(someone: Visitor) -> None:
    page = someone.open("/overview-combined")
    button = page.locator("[data-copy]").first
    text = button.inner_text()
    page.evaluate("navigator.clipboard.writeText = () => Promise.resolve()")
    button.click()
    expect(button).to_have_text("Copied")
    _choose_graffiti(page)
    expect(button).to_have_text(text)


@pytest.mark.slow
def test_a_field_with_a_link_that_has_changed_is_removed(someone: Visitor) -> None:
    """Without HTTPS there is no clipboard, but a field."""
    page = someone.open("/overview-combined")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    button, field = page.locator("[data-copy]").first, page.get_by_label("Link with these dates", exact=True)
    button.click()
    expect(field).to_have_value(re.compile(r"/overview-combined\?"))
    _choose_graffiti(page)
    expect(button).to_be_visible()
    expect(field).to_have_count(0)
