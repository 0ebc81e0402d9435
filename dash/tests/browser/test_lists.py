"""An analyst's tasks with the backlog, the list of requests and the addresses, counted in clicks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import PHONE, Visitor
from support.databases import Database
from support.paper import printed
from support.raw import RAW
from support.serving import Reports
from support.workbooks import column

from tests.browser.test_tasks import Reader

MINE = "council = 'Noho' AND is_open"


@pytest.fixture(scope="module")
def someone(browser: Browser, reports: Reports) -> Iterator[Visitor]:
    """One visitor for all tasks: the browser's cache makes the next page load quickly."""
    visitor = Visitor(browser, reports.url)
    yield visitor
    visitor.close()
    assert visitor.problems == []


def numbers_shown(page: Page) -> list[str]:
    return page.locator(".list tbody th a").all_inner_texts()


@pytest.mark.slow
def test_open_for_over_90_days_in_my_council_as_a_spreadsheet(city: Database, someone: Visitor) -> None:
    """Task 4: the menu, the field, the number, Excel."""
    reader = Reader(someone)
    page = reader.page
    reader.go("Backlog")
    reader.choose("Neighborhood councils", "Noho")
    reader.settle()
    reader.click(page.locator("dl.numbers div", has_text="Over 90 days").locator(".number a"))
    expect(page.locator("h1")).to_have_text("List of requests")
    reader.settle()
    with page.expect_download() as waiting:
        reader.click(page.get_by_role("link", name="as Excel"))
    rows = city.rows(RAW + f"SELECT number FROM raw WHERE {MINE} AND today - 1 - created::date > 90")
    found = column(waiting.value.path().read_bytes(), "sr_number")
    assert sorted(found) == sorted(number for (number,) in rows)
    assert found
    assert reader.clicks == 4


@pytest.mark.slow
def test_ten_addresses_with_most_requests_of_a_type(city: Database, someone: Visitor) -> None:
    """Task 6: the menu, the type, removing the default type; the table lists them first."""
    reader = Reader(someone)
    page = reader.page
    reader.go("Addresses")
    usual = page.locator(".covers").inner_text()
    reader.choose("Request types (at most 12)", "Illegal Dumping")
    if "Illegal Dumping" not in usual:
        reader.click(page.locator(".mantine-Pill-remove").first)
        expect(page.locator(".covers")).to_contain_text("Type: Illegal Dumping.")
    reader.settle()
    rows = page.locator("#addresses--addresses tbody tr").all()[:10]
    found = [[row.locator("th").inner_text(), int(row.locator("td").first.inner_text())] for row in rows]
    expected = city.rows(
        RAW
        + """SELECT address, count(*) FROM past WHERE type = 'Illegal Dumping' AND address <> ''
            AND created >= date_trunc('month', today - 1) - interval '11 months'
            GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT 10"""
    )
    assert found == expected
    reader.click(page.locator("#addresses--addresses tbody th a").first)
    expect(page.locator("h1")).to_have_text("List of requests")
    reader.settle()
    assert len(numbers_shown(page)) == expected[0][1]
    assert reader.clicks <= 4


@pytest.mark.slow
def test_the_largest_backlog_by_agency_and_whether_it_grows(city: Database, someone: Visitor) -> None:
    """Task 7: the menu; the sentence below the figure gives the answer."""
    reader = Reader(someone)
    reader.go("Backlog")
    ((agency, number),) = city.rows(
        RAW + "SELECT agency, count(*) FROM raw WHERE is_open GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    )
    since = "date_trunc('month', today - 1) - interval '11 months'"
    net = city.value(
        RAW
        + f"""SELECT count(*) FILTER (WHERE created >= {since} AND created < today)
            - count(*) FILTER (WHERE closed >= {since} AND closed < today)
            FROM raw WHERE agency = %(agency)s""",
        agency=agency,
    )
    summary = reader.page.locator("#backlog--by-agency figcaption").inner_text()
    assert summary.startswith(f"Most: {agency}, {number:,} open")
    assert f"{abs(net):,} {'more' if net > 0 else 'fewer'} opened than closed" in summary
    assert reader.clicks == 1


def test_sorting_turning_pages_and_one_request_by_keyboard(city: Database, someone: Visitor) -> None:
    page = someone.open("/requests-list?council=52&status=open")
    page.locator(".list thead button", has_text="Created").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    someone.settle()
    oldest = city.value(RAW + f"SELECT number FROM raw WHERE {MINE} ORDER BY created, number LIMIT 1")
    assert numbers_shown(page)[0] == oldest
    page.get_by_role("button", name="Next").first.press("Enter")
    expect(page.locator(".list-note").first).to_contain_text("Requests 51 to")
    someone.settle()
    assert "page=2" in page.url
    expect(page.get_by_role("button", name="Next").first).to_be_focused()
    page.get_by_role("button", name="Last").last.press("Enter")
    expect(page.get_by_role("button", name="Last").last).to_be_disabled()
    someone.settle()
    expect(page.locator(".list")).to_be_focused()
    page.locator(".mantine-SegmentedControl-root").get_by_text("Closed", exact=True).click()
    expect(page.locator(".list-note").first).to_contain_text("Requests 1 to")
    assert "page=" not in page.url, "another selection begins on its first page"
    someone.settle()
    page.go_back()
    page.wait_for_load_state()
    someone.settle()
    assert "status=open" in page.url
    link = page.locator(".list tbody th a").first
    name = link.inner_text()
    link.press("Enter")
    expect(page.locator("h1")).to_contain_text(name)
    assert someone.violations() == []


@pytest.mark.parametrize("choice", ["another filter", pytest.param("another order", marks=pytest.mark.slow)])
def test_the_page_that_was_left_can_be_opened_again(someone: Visitor, choice: str) -> None:
    """Next did nothing on the first page of a new list if the previous list was on its second."""
    page = someone.open("/requests-list?from=2025-01-01")
    note, following = page.locator(".list-note").first, page.get_by_role("button", name="Next").first
    following.click()
    expect(note).to_contain_text("Requests 51 to")
    someone.settle()
    if choice == "another filter":
        page.locator(".mantine-SegmentedControl-root").get_by_text("Closed", exact=True).click()
    else:
        page.locator(".list thead button", has_text="Address").click()
    expect(note).to_contain_text("Requests 1 to")
    someone.settle()
    following.click()
    expect(note).to_contain_text("Requests 51 to")
    assert "page=2" in page.url


def test_a_list_without_further_pages_leaves_no_table_elsewhere(someone: Visitor) -> None:
    """The table of the longer list stayed below the shorter one, beside the links to the files."""
    page = someone.open("/requests-list?from=2025-01-01")
    expect(page.locator(".list-pages")).to_have_count(2)
    address = page.locator(".list [data-label=Address]:not(:empty)").first.inner_text()
    page.get_by_label("Address begins with").fill(address)
    expect(page.locator(".list-pages")).to_have_count(0)
    someone.settle()
    assert page.locator("#requests-list--requests table").count() == 1
    assert page.locator(".list-files a").all_inner_texts() == ["CSV", "Excel"]


def test_a_list_on_paper_has_every_row_of_its_page(someone: Visitor) -> None:
    page = someone.open("/requests-list?council=52&age=over-90")
    shown = numbers_shown(page)
    paper = printed(page)
    assert shown
    assert paper.missing(shown) == []
    assert paper.beyond == []


@pytest.mark.parametrize("kind", ["week", pytest.param("month", marks=pytest.mark.slow)])
def test_a_brief_prints_on_two_sheets_with_everything(someone: Visitor, kind: str) -> None:
    page = someone.open("/brief?council=52")
    page.locator(f"#brief--{kind}s .list tbody th a").nth(1).click()
    expect(page.locator("h1")).to_have_text("Noho")
    paper = printed(page)
    assert len(paper.sheets) <= 2
    parts = page.locator(".brief h2, .brief dt, .brief-table th, .brief-table td.count").all_inner_texts()
    assert paper.missing(parts) == []
    assert paper.beyond == []


@pytest.mark.slow
def test_documents_on_a_phone_in_the_dark(browser: Browser, reports: Reports) -> None:
    visitor = Visitor(browser, reports.url, viewport=PHONE, color_scheme="dark")
    for path in ("/request/1-103", "/brief/52", "/brief/0?month=2026-10", "/request/nothing"):
        page = visitor.page
        page.goto(reports.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert visitor.violations() == [], path
    visitor.close()
    assert visitor.problems == []
