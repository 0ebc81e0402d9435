"""The tasks of analysts and council members: clicks from the home page give the answer that SQL gives."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from support.browser import Visitor
from support.databases import Database
from support.raw import RAW
from support.serving import Reports

from tests.browser.test_controls import query, requests_shown

AT_MOST = 6
SPAN = r"(\w{3} \d+, \d{4})(?: to (\w{3} \d+, \d{4}))?"
# What browsers do in the frames of other sites.
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("Access is denied", "SecurityError"); } })"""


class Reader:
    """A reader with a task, who starts at the home page; every click is counted."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self.page: Page = visitor.open("/")
        self.clicks = 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def go(self, name: str) -> None:
        self.click(self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True))
        expect(self.page.locator(".covers, .definitions").first).to_be_attached()
        self._visitor.settle()

    def choose(self, label: str, name: str) -> None:
        """Click into a field, type, and select the match with the keyboard."""
        self.click(self.page.get_by_label(label, exact=True).first)
        self.page.keyboard.type(name)
        expect(self.page.get_by_role("option", name=name, exact=True)).to_be_visible()
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".covers")).to_contain_text(name)

    def period(self, preset: str, label: str = "Created") -> None:
        before = self.page.locator(".covers").inner_text()
        self.click(self.page.get_by_label(label, exact=True).first)
        self.click(self.page.get_by_role("button", name=preset, exact=True))
        expect(self.page.locator(".covers")).not_to_have_text(before)

    def compare(self, how: str) -> None:
        self.click(self.page.get_by_text(how, exact=True))
        expect(self.page.locator(".covers")).to_contain_text("ompared")

    def settle(self) -> Page:
        return self._visitor.settle()


@pytest.fixture(scope="module")
def visitor(browser: Browser, reports: Reports) -> Iterator[Visitor]:
    """One visitor for all tasks: the browser's cache makes the next page load quickly."""
    someone = Visitor(browser, reports.url)
    yield someone
    someone.close()
    assert someone.problems == []


@pytest.fixture
def reader(visitor: Visitor) -> Iterator[Reader]:
    someone = Reader(visitor)
    yield someone
    assert someone.clicks <= AT_MOST


def counted(city: Database, text: str, where: str = "true") -> int:
    """The requests created on the days that a page gives after this text."""
    found = re.search(SPAN, text)
    assert found
    first, last = found[1], found[2] or found[1]
    condition = "created >= %(first)s::date AND created < %(last)s::date + 1"
    number: int = city.value(
        RAW + f"SELECT count(*) FROM past WHERE {condition} AND {where}", first=first, last=last
    )
    return number


@pytest.mark.slow
def test_graffiti_in_my_council_this_quarter_against_the_last(city: Database, reader: Reader) -> None:
    reader.go("Recent")
    reader.period("This quarter")
    reader.choose("Request types", "Graffiti")
    reader.choose("Neighborhood councils", "Noho")
    page = reader.settle()
    covers = page.locator(".covers").inner_text()
    where = "type = 'Graffiti' AND council = 'Noho'"
    assert requests_shown(page) == counted(city, covers.split("created")[1], where)
    then = page.locator(".numbers div", has_text="Compared with").locator(".number").inner_text()
    assert int(then) == counted(city, covers.split("Compared with")[1], where)


@pytest.mark.slow
def test_bulky_items_against_the_same_month_last_year(city: Database, reader: Reader) -> None:
    """The chart once compared 7 with 2,544; the like-for-like figure was 34."""
    reader.go("Overview")
    reader.period("Last month")
    reader.choose("Request types", "Bulky Items")
    reader.compare("Same days last year")
    page = reader.settle()
    covers = page.locator(".covers").inner_text()
    where = "type = 'Bulky Items'"
    now, then = (counted(city, covers.split(words)[1], where) for words in ("created", "Compared with"))
    assert requests_shown(page) == now
    note = page.locator(".number-note").first.inner_text()
    assert f"{then:,}" in note or "as many" in note
    dashed = page.evaluate(
        """() => document.querySelector('#overview-combined--over-time .js-plotly-plot').data[1]
            .y.reduce((sum, value) => sum + value, 0)"""
    )
    assert dashed == then


@pytest.mark.slow
def test_councils_that_wait_longest_for_streetlights(city: Database, reader: Reader) -> None:
    """The first place was once based on only two requests."""
    reader.go("Time to close")
    reader.choose("Type groups", "Streetlights")
    page = reader.settle()
    card = page.locator(
        "section", has=page.get_by_role("heading", name="By neighborhood council", exact=True)
    )
    card.scroll_into_view_if_needed()
    reader.settle()
    reader.click(card.get_by_text("Show as table"))
    first = card.locator("tbody tr").first.inner_text().split("\t")
    truth = city.rows(
        RAW
        + """SELECT council, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days) FROM raw
            WHERE type IN (SELECT type_name FROM request_types WHERE group_id = 2)
                AND closed >= date_trunc('month', today - 1) - interval '23 months'
                AND date_trunc('month', closed) <= today - 1
            GROUP BY 1 HAVING count(*) >= 20 ORDER BY 3 DESC LIMIT 1"""
    )
    if truth:
        assert first[:3] == [truth[0][0], str(truth[0][1]), str(truth[0][2])]
    else:
        assert int(first[1]) < 20
        expect(card).to_contain_text("None has 20 closed requests.")


@pytest.mark.slow
def test_requests_per_head_by_region(city: Database, reader: Reader) -> None:
    reader.go("Type map")
    page = reader.page
    card = page.locator("section", has=page.get_by_role("heading", name="By region"))
    reader.click(card.get_by_text("Show as table"))
    region, people, requests, rate = card.locator("tbody tr").first.inner_text().split("\t")
    truth = city.value(
        RAW
        + """SELECT count(*) FROM past WHERE created >= today - 365
            AND region = (SELECT region_id FROM regions WHERE region_name = %(region)s)""",
        region=region,
    )
    assert int(requests.replace(",", "")) == truth
    assert float(rate) == pytest.approx(10_000 * truth / int(people.replace(",", "")), abs=0.06)


@pytest.mark.slow
def test_requests_of_a_council_district(city: Database, reader: Reader) -> None:
    reader.go("Overview")
    reader.choose("City council districts", "District 7")
    page = reader.settle()
    covers = page.locator(".covers").inner_text()
    assert requests_shown(page) == counted(city, covers.split("created")[1], "district = 7")
    assert query(page) == {"district": ["7"]}


@pytest.mark.slow
def test_how_many_closed_requests_were_reopened_last_month(city: Database, reader: Reader) -> None:
    """Only the history knows: today's rows do not show that a request was closed before."""
    reader.go("Changes")
    reader.period("Last 30 days", "Days")
    page = reader.settle()
    number = page.locator(".numbers div", has_text="Reopened").first.locator(".number").inner_text()
    truth = city.value(
        RAW
        + """SELECT count(*) FROM changes JOIN request_types USING (type_id), city,
                (SELECT DISTINCT today FROM every) AS loaded
            WHERE kind = 'reopened' AND cause = 'published' AND NOT request_types.is_information
                AND (changed_at AT TIME ZONE time_zone)::date - 1 BETWEEN today - 30 AND today - 1"""
    )
    assert int(number) == truth > 0


@pytest.mark.slow
def test_the_view_of_today_is_shared_with_its_days(
    reader: Reader, browser: Browser, reports: Reports
) -> None:
    reader.go("Recent")
    page = reader.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.click(page.get_by_role("button", name="Copy link with these dates"))
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{reports.url}/recent?from=")
    someone = Visitor(browser, reports.url)
    theirs = someone.open(link.removeprefix(reports.url))
    assert requests_shown(theirs) == requests_shown(page)
    assert set(query(theirs)) == {"from", "to", "compare"}, "the same days are compared with the same ones"
    someone.close()


def test_a_card_is_embedded_in_another_site(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined?type=4")
    card = page.locator("section", has=page.get_by_role("heading", name="By agency"))
    page = visitor.open(card.get_by_role("link", name="Figure alone").get_attribute("href") + "&embed=1")
    expect(page.locator("section.card h2")).to_have_text(["By agency"])
    for hidden in ("nav", "footer", ".controls", "aside"):
        expect(page.locator(f"#react-entry-point {hidden}").first).to_be_hidden()
    expect(page.locator(".covers")).to_contain_text("Type: Bulky Items.")
    assert page.locator(".warning").count() == 0
    assert visitor.violations() == []


def test_an_embedded_card_has_no_menu_if_frames_have_no_storage(visitor: Visitor) -> None:
    visitor.new_tab()
    visitor.page.add_init_script(NO_STORAGE)
    page = visitor.open("/overview-combined?card=by-agency&embed=1")
    expect(page.locator("section.card h2")).to_have_text(["By agency"])
    for hidden in ("nav", "footer"):
        expect(page.locator(f"#react-entry-point {hidden}").first).to_be_hidden()
    visitor.new_tab()


@pytest.mark.slow
def test_what_open_now_means(reader: Reader) -> None:
    reader.go("Overview")
    number = reader.page.locator(".numbers div", has_text="Open now").first
    reader.click(number.get_by_label("What “Open now” means"))
    expect(number.locator("p")).to_contain_text(
        "Requests without a closed date whose status does not end them"
    )
    reader.click(number.get_by_role("link", name="All definitions"))
    expect(reader.page.locator("h1")).to_have_text("Definitions")
    expect(reader.page.locator("#open")).to_have_text("Open now")


def test_a_tile_has_a_number_its_change_and_the_kind_of_picture_of_its_report(visitor: Visitor) -> None:
    page = visitor.open("/")
    tiles = page.locator(".tile")
    for title in ("Overview", "Recent requests", "Map of requests", "Neighborhood", "Request type map"):
        tile = tiles.filter(has=page.get_by_role("heading", name=title, exact=True))
        expect(tile.locator(".number")).to_have_text(re.compile(r"[\d,]+"))
        expect(tile.locator(".headline")).to_contain_text(re.compile(r"days before|the same days|all loaded"))
    areas = tiles.filter(has_text="Request type map").locator(".js-fill")
    expect(areas.first).to_be_visible()
