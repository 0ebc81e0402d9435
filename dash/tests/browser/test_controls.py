"""What a visitor does with a report: choose, share, go deeper, take the data along."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect
from support.browser import PHONE, Visitor
from support.databases import Database
from support.raw import RAW
from support.serving import Reports


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
    )
    assert requests_shown(page) == counted > 0


def test_choosing_changes_numbers_and_address(city: Database, visitor: Visitor) -> None:
    page = visitor.open("/overview-combined")
    everything = requests_shown(page)
    choose(page, "Request types", "Graffiti")
    expect(page.locator(".covers")).to_contain_text("Types: Graffiti.")
    visitor.settle()
    graffiti = city.value(RAW + "SELECT count(*) FROM past WHERE type = 'Graffiti'")
    assert (everything, requests_shown(page)) == (city.value(RAW + "SELECT count(*) FROM past"), graffiti)
    assert query(page) == {"type": ["1"]}

    choose(page, "Agencies", "Sanitation Bureau")
    expect(page.locator(".covers")).to_contain_text("Agencies: Sanitation Bureau.")
    assert query(page) == {"type": ["1"], "agency": ["2,3"]}


def test_a_shared_address_shows_the_same(visitor: Visitor, browser: Browser, reports: Reports) -> None:
    page = visitor.open("/overview-combined")
    choose(page, "Sources", "Phone Call")
    expect(page.locator(".covers")).to_contain_text("Sources: Phone Call.")
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
    expect(page.locator(".covers")).to_contain_text("(7 days, both included)")
    assert set(query(page)) == {"from", "to"}


def test_a_choice_is_kept_in_the_address(visitor: Visitor) -> None:
    page = visitor.open("/time-to-close")
    page.get_by_text("90th percentile", exact=True).first.click()
    expect(page.locator(".ytitle", has_text="90th percentile, days").first).to_be_visible()
    assert query(page) == {"measure": ["p90"]}


def test_back_and_forward_bring_the_views_back(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined")
    everything = requests_shown(page)
    choose(page, "Request types", "Feedback")
    expect(page.locator(".covers")).to_contain_text("Types: Feedback.")
    visitor.settle()
    page.go_back()
    visitor.settle()
    expect(page.locator(".number").first).to_have_text(f"{everything:,}")


def test_a_word_that_means_nothing_is_named_and_left_out(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined?type=graffiti&from=yesterday&council=9999")
    expect(page.locator(".warning")).to_contain_text("type=graffiti")
    expect(page.locator(".warning")).to_contain_text("from=yesterday")
    expect(page.locator(".covers")).to_contain_text("Councils: unknown (9999).")
    expect(page.locator(".state").first).to_contain_text("Choose a longer period, or fewer filters.")


def test_a_slice_leads_deeper(visitor: Visitor) -> None:
    page = visitor.open("/overview-combined")
    page.locator("#overview-combined--by-agency .slicetext").first.click(force=True)
    expect(page.locator(".covers")).to_contain_text("Agencies: Sanitation Bureau.")
    assert query(page)["agency"] == ["2,3"]


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


def test_the_page_in_print_has_figures_and_no_controls(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.emulate_media(media="print")
    assert not page.locator(".controls").is_visible()
    assert not page.locator(".csv").first.is_visible()
    assert page.locator(".js-plotly-plot").first.is_visible()
    assert len(page.pdf()) > 20_000


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


def test_colours_are_the_visitors_choice(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.get_by_role("button", name="Toggle color scheme").click()
    scheme = "document.documentElement.dataset.mantineColorScheme"
    assert page.evaluate(scheme) == "dark"
    visitor.open("/recent")
    assert page.evaluate(scheme) == "dark"


def test_the_menu_is_there_on_a_phone(browser: Browser, reports: Reports) -> None:
    someone = Visitor(browser, reports.url, viewport=PHONE)
    page = someone.open("/")
    page.get_by_role("navigation").get_by_role("link", name="Data quality").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data quality")
    someone.close()
    assert someone.problems == []
