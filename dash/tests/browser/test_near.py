"""Cards above the fold load first, and the rest of a page a moment later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import Visitor, visit
from support.serving import Reports, forget_everything

from report_kit.home_page import FIRST_TILES
from tests.browser.test_controls import choose

PATH = "/overview-combined"
FIRST, LAST = "overview-combined--over-time", "overview-combined--days-to-close"
# The requests of a page, each with the cards that had been drawn by then.
REMEMBER = """window.asked = [];
const fetch = window.fetch;
window.fetch = (address, options) => {
    if (String(address).includes('_dash-update-component')) {
        const isDrawn = card => card.querySelector('.main-svg');
        const drawn = [...document.querySelectorAll('.card-body')].filter(isDrawn).map(card => card.id);
        window.asked.push({ card: JSON.parse(options.body).output.replace('.children', ''), drawn });
    }
    return fetch(address, options);
};"""
NEVER_IDLE = "window.requestIdleCallback = () => 0;"


@pytest.fixture(scope="module")
def remembering(browser: Browser, reports: Reports) -> Iterator[Visitor]:
    someone = Visitor(browser, reports.url)
    someone.page.add_init_script(REMEMBER)
    yield someone
    someone.close()


@pytest.fixture
def curious(remembering: Visitor) -> Iterator[Visitor]:
    """A visitor whose page records its requests."""
    with visit(remembering) as someone:
        yield someone


@pytest.fixture(scope="module")
def never_idle(browser: Browser, reports: Reports) -> Iterator[Visitor]:
    someone = Visitor(browser, reports.url)
    someone.page.add_init_script(REMEMBER + NEVER_IDLE)
    yield someone
    someone.close()


@pytest.fixture
def busy(never_idle: Visitor) -> Iterator[Visitor]:
    """A visitor whose browser is never idle: only cards near the viewport are loaded."""
    with visit(never_idle) as someone:
        yield someone


def asked(page: Page, card: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("card => asked.filter(one => one.card === card)", card)
    return found


def picture(page: Page, card: str) -> Any:
    return page.locator(f"#{card} .main-svg").first


@pytest.mark.slow
def test_cards_below_the_screen_come_after_it_and_by_themselves(curious: Visitor) -> None:
    # Cards whose results are cached come with the page, and would be drawn before the others are requested.
    forget_everything()
    page = curious.open(PATH)
    expect(picture(page, LAST)).to_be_attached()
    assert page.evaluate("scrollY") == 0
    assert all(first["drawn"] == [] for first in asked(page, FIRST))
    (last,) = asked(page, LAST)
    assert FIRST in last["drawn"]


@pytest.mark.slow
def test_a_page_that_someone_has_seen_brings_its_first_cards(curious: Visitor) -> None:
    curious.open("/recent")
    page = curious.open("/recent")
    expect(picture(page, "recent--over-time")).to_be_visible()
    assert [asked(page, f"recent--{card}") for card in ("numbers", "over-time")] == [[], []]
    assert len(asked(page, "recent--by-type")) == 1


@pytest.mark.slow
def test_a_home_page_that_someone_has_seen_brings_the_tiles_of_its_first_screen(curious: Visitor) -> None:
    curious.open("/")
    page = curious.open("/")
    tiles = page.locator(".tile").filter(has=page.locator(".headline"))
    expect(tiles).to_have_count(page.locator(".tile").count())
    asked_for = page.evaluate("asked.map(one => one.card).filter(card => card.includes('picture'))")
    assert len(asked_for) == tiles.count() - FIRST_TILES


def test_a_report_with_a_usual_choice_asks_for_every_card_once(curious: Visitor) -> None:
    """Its dropdown reports the selection when it appears; that must not request all cards at once."""
    page = curious.open("/neighborhood")
    expect(picture(page, "neighborhood--by-type")).to_be_attached()
    cards = ("numbers", "average", "by-day", "by-type")
    assert all(len(asked(page, f"neighborhood--{card}")) <= 1 for card in cards)
    (last,) = asked(page, "neighborhood--by-type")
    assert "neighborhood--average" in last["drawn"]


def test_a_card_comes_when_it_is_scrolled_to(busy: Visitor) -> None:
    page = busy.page
    page.goto(busy.url + PATH)
    expect(picture(page, FIRST)).to_be_visible()
    page.wait_for_timeout(1_000)
    assert asked(page, LAST) == []
    page.locator(f"#{LAST}").scroll_into_view_if_needed()
    expect(picture(page, LAST)).to_be_visible()


@pytest.mark.slow
def test_a_card_that_has_not_come_knows_what_was_chosen(busy: Visitor) -> None:
    page = busy.page
    page.goto(busy.url + PATH)
    expect(picture(page, FIRST)).to_be_visible()
    choose(page, "Request types", "Graffiti")
    expect(page.locator(".covers")).to_contain_text("Type: Graffiti.")
    page.locator(f"#{LAST}").scroll_into_view_if_needed()
    expect(picture(page, LAST)).to_be_visible()
    busy.settle()
    # Scrolling to the card must not load it again: a second response would close what was opened.
    assert len(asked(page, LAST)) == 1
    page.locator("section", has=page.locator(f"#{LAST}")).get_by_text("Show as table").click()
    expect(page.locator(f"#{LAST} tbody th, #{LAST} tbody td:first-child")).to_have_text(["Graffiti"])


def test_cards_come_on_the_way_from_page_to_page(busy: Visitor) -> None:
    page = busy.page
    page.goto(busy.url + PATH)
    expect(picture(page, FIRST)).to_be_visible()
    page.get_by_role("link", name="Time to close").click()
    expect(picture(page, "time-to-close--trend")).to_be_visible()
    card = "time-to-close--by-council"
    assert asked(page, card) == []
    page.locator(f"#{card}").scroll_into_view_if_needed()
    expect(picture(page, card)).to_be_visible()


def test_who_prints_gets_all_cards(busy: Visitor) -> None:
    page = busy.page
    page.goto(busy.url + PATH)
    expect(picture(page, FIRST)).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(picture(page, LAST)).to_be_attached()
