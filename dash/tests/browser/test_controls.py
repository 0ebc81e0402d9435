"""What a reader does with a report: make choices, share it, drill down, download the data."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from samples import sampled
from support.browser import PHONE, Visitor
from support.databases import Database
from support.raw import RAW
from support.serving import Reports

YEAR = "created >= date_trunc('month', today - 1) - interval '11 months'"


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def requests_shown(page: Page) -> int:
    return int(page.locator(".number").first.inner_text().replace(",", ""))


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_the_numbers_on_the_page_are_those_of_the_rows(city: Database, visitor: Visitor) -> None:
    page = visitor.open("/overview-combined?type=4&council=52")
    counted = city.value(
        RAW
        + """SELECT count(*) FROM past WHERE type = 'Bulky Items'
            AND council = (SELECT council_name FROM councils WHERE council_id = 52)"""
        + f" AND {YEAR}"
    )
    assert requests_shown(page) == counted > 0


def test_choosing_changes_numbers_and_address(city: Database, visitor: Visitor) -> None:
    page = visitor.open("/overview-combined")
    everything = requests_shown(page)
    choose(page, "Request types", "Graffiti")
    expect(page.locator(".covers")).to_contain_text("Type: Graffiti.")
    visitor.settle()
    graffiti = city.value(RAW + f"SELECT count(*) FROM past WHERE type = 'Graffiti' AND {YEAR}")
    all_types = city.value(RAW + f"SELECT count(*) FROM past WHERE {YEAR}")
    assert (everything, requests_shown(page)) == (all_types, graffiti)
    assert query(page) == {"type": ["1"]}

    choose(page, "Agencies", "Sanitation Bureau")
    expect(page.locator(".covers")).to_contain_text("Agency: Sanitation Bureau.")
    assert query(page) == {"type": ["1"], "agency": ["2,3"]}


@pytest.mark.slow
def test_a_shared_address_shows_the_same(visitor: Visitor, browser: Browser, reports: Reports) -> None:
    page = visitor.open("/overview-combined")
    choose(page, "Sources", "Phone Call")
    expect(page.locator(".covers")).to_contain_text("Source: Phone Call.")
    visitor.settle()
    someone_else = Visitor(browser, reports.url)
    theirs = someone_else.open(page.url.removeprefix(reports.url))
    assert requests_shown(theirs) == requests_shown(page)
    assert theirs.locator(".covers").inner_text() == page.locator(".covers").inner_text()
    someone_else.close()


def test_a_period_is_chosen_in_the_calendar(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.get_by_label("Created").click()
    page.get_by_role("button", name="Last 7 days").click()
    expect(page.locator(".covers")).to_contain_text("(7 days)")
    assert set(query(page)) == {"from", "to"}


@pytest.mark.slow
def test_a_choice_is_kept_in_the_address(visitor: Visitor) -> None:
    page = visitor.open("/time-to-close")
    page.get_by_text("90th percentile", exact=True).first.click()
    expect(page.locator(".ytitle", has_text="90th percentile, days").first).to_be_visible()
    assert query(page) == {"measure": ["p90"]}


def test_back_and_forward_bring_the_views_back(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined")
    everything = requests_shown(page)
    choose(page, "Request types", "Feedback")
    expect(page.locator(".covers")).to_contain_text("Type: Feedback.")
    visitor.settle()
    page.go_back()
    visitor.settle()
    expect(page.locator(".number").first).to_have_text(f"{everything:,}")


def test_unusable_parameters_are_named_and_stay_named(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined?type=graffiti&from=2026-02-30&council=9999&page=2")
    for warning in ("type=graffiti", "from=2026-02-30", "page=2"):
        expect(page.locator(".warning", has_text=warning)).to_be_visible()
    expect(page.locator(".covers")).to_contain_text("Council: unknown (9999).")
    expect(page.locator(".state").first).to_contain_text("There is no such council.")
    page.wait_for_timeout(1_500)
    expect(page.locator(".warning")).to_have_count(3)


@pytest.mark.parametrize(
    ("path", "why"),
    sampled(
        [
            ("/neighborhood?council=777", "There is no such council."),
            ("/neighborhood-weekly?council=777", "There is no such council."),
            ("/nc-summary-comparison?council=777", "There is no such council."),
            ("/types-map?type=777", "There is no such type."),
        ],
        3,
    ),
)
def test_an_unknown_choice_stays_unknown(visitor: Visitor, path: str, why: str) -> None:
    """The numbers of another council used to replace it within a second."""
    page = visitor.open(path)
    expect(page.locator(".covers")).to_contain_text("unknown (777)")
    page.wait_for_timeout(1_500)
    visitor.settle()
    expect(page.locator(".covers")).to_contain_text("unknown (777)")
    assert set(page.locator(".state p:last-child").all_inner_texts()) == {why}
    assert page.url.endswith(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/nc-summary-comparison?council=84,1,5",
        "/recent?from=2026-11-20&to=2026-11-01",
        "/neighborhood?council=52",
        "/overview-combined?agency=3,2&type=4,1",
    ],
)
def test_back_leaves_a_page_at_once(visitor: Visitor, path: str) -> None:
    """Controls used to rewrite the URL in another order when they appeared, so Back never left the page."""
    visitor.new_tab()
    page = visitor.open("/data-quality")
    before = page.evaluate("history.length")
    visitor.open(path)
    page.wait_for_timeout(1_000)
    assert page.url.endswith(path)
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    expect(page.locator("h1")).to_have_text("Data quality")


def test_the_last_council_may_be_removed(visitor: Visitor) -> None:
    page = visitor.open("/nc-summary-comparison?council=52")
    page.get_by_label("Neighborhood councils").first.click()
    page.keyboard.press("Backspace")
    expect(page.locator(".state").first).to_contain_text("Choose at least one council.")
    expect(page.locator(".covers")).not_to_contain_text("Arleta")


def test_a_bar_leads_to_its_requests_with_type_and_period(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined?type=4&from=2026-01-01&to=2026-03-31")
    page.locator("#overview-combined--by-agency .bars .point").first.click(force=True)
    page.wait_for_url("**/requests-list?**")
    days = {"from": ["2026-01-01"], "to": ["2026-03-31"]}
    assert query(page) == days | {"type": ["4"], "agency": ["2,3"]}


def test_a_point_of_a_line_leads_to_the_requests_of_its_day(visitor: Visitor) -> None:
    page = visitor.open("/recent?council=52")
    points = page.locator("#recent--by-day .scatterlayer .trace").first.locator(".point")
    points.nth(3).click(force=True)
    page.wait_for_url("**/requests-list?**")
    found = query(page)
    assert found["from"] == found["to"]
    assert (found["council"], set(found)) == (["52"], {"from", "to", "type", "council"})


def test_the_menu_keeps_the_filters_that_every_report_knows(visitor: Visitor) -> None:
    page = visitor.open("/recent?type=4&council=50&from=2026-10-01&to=2026-10-31")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("h1")).to_have_text("Neighborhood summary and comparison")
    expect(page.locator(".covers")).to_contain_text("Oct 1, 2026 to Oct 31, 2026")
    assert query(page) == {"type": ["4"], "council": ["50"], "from": ["2026-10-01"], "to": ["2026-10-31"]}


@pytest.mark.slow
def test_going_deeper_with_the_keyboard(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined?type=4")
    card = page.locator("section", has=page.get_by_role("heading", name="By agency"))
    card.get_by_text("Show as table").focus()
    page.keyboard.press("Enter")
    link = card.get_by_role("link", name="Sanitation Bureau")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".covers")).to_contain_text("Agency: Sanitation Bureau.")
    assert query(page)["type"] == ["4"]
    card.get_by_text("Show as table").focus()
    page.keyboard.press("Enter")
    number = card.locator("tbody td:nth-child(2) a").first
    number.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests-list?**")
    assert query(page)["type"] == ["4"]


def test_a_focused_control_has_an_outline(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.get_by_label("Request types").first.focus()
    outline = """() => {
        const focused = document.activeElement;
        return getComputedStyle(focused.closest('.mantine-Input-input') || focused).outlineWidth;
    }"""
    assert page.evaluate(outline) == "3px"


@pytest.mark.slow
def test_information_calls_are_counted_on_request(city: Database, visitor: Visitor) -> None:
    page = visitor.open("/recent")
    left_out = city.value(
        RAW + "SELECT count(*) FROM every WHERE is_information AND created >= today - 30 AND created < today"
    )
    expect(page.locator(".counted")).to_contain_text(f"Information calls left out: {left_out}.")
    before = requests_shown(page)
    page.get_by_text("Included", exact=True).click()
    expect(page.locator(".counted")).to_contain_text(f"Information calls included: {left_out}.")
    visitor.settle()
    assert requests_shown(page) == before + left_out
    assert query(page) == {"information": ["include"]}


def test_a_file_holds_what_its_card_shows(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open("/overview-combined?council=52")
    card = page.locator("section", has=page.get_by_role("heading", name="By source"))
    with page.expect_download() as download:
        card.get_by_role("link", name="Download the data of “By source” as CSV").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text())))
    card.get_by_text("Show as table").click()
    expect(card.locator("tbody tr")).to_have_count(len(rows) - 1)
    shown = [row.split("\t") for row in card.locator("tbody tr").all_inner_texts()]
    assert download.value.suggested_filename == "overview-combined-by-source.csv"
    assert rows[0] == ["source", "requests"]
    assert [[name, f"{int(number):,}"] for name, number in rows[1:]] == shown


def test_a_page_of_an_older_release_asks_to_be_reloaded(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    expect(page.locator("#stale-page")).to_be_hidden()
    page.evaluate("document.querySelector('.shell').dataset.release = 'older'")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#stale-page")).to_contain_text("updated since this page was opened")
    page.get_by_role("link", name="Reload this page").click()
    expect(page.locator("#stale-page")).to_be_hidden()


def test_everything_is_reached_with_the_keyboard(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
    assert "Show as table" in reached
    assert "Download the data of “By request type” as CSV" in reached


@pytest.mark.slow
def test_colors_are_the_readers_choice(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.get_by_role("button", name="Toggle color scheme").click()
    scheme = "document.documentElement.dataset.mantineColorScheme"
    assert page.evaluate(scheme) == "dark"
    visitor.open("/recent")
    assert page.evaluate(scheme) == "dark"


@pytest.mark.slow
def test_the_menu_is_there_on_a_phone(browser: Browser, reports: Reports) -> None:
    someone = Visitor(browser, reports.url, viewport=PHONE)
    page = someone.open("/")
    page.get_by_role("navigation").get_by_role("link", name="Data quality").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data quality")
    someone.close()
    assert someone.problems == []
