"""Pages without data, with old data, with new data, without Postgres and without Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date

import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from samples import sampled
from support import city as small_city
from support.browser import Visitor, visit
from support.databases import Database, database
from support.pages import PATHS
from support.serving import Reports, forget_everything, free_port, serve

MOVE = "UPDATE load_runs SET finished_at = finished_at {0} {1}, started_at = started_at {0} {1}"
THREE_DAYS = "interval '3 days'"
ONE_DAY = "interval '1 day'"
NEW_GENERATION = "UPDATE data_generation SET generation = generation + 1, changed_at = now()"
COMES_BACK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def own_city() -> Iterator[Database]:
    """A city for this module, which tests change."""
    with small_city.filled() as found:
        yield found


@pytest.fixture(scope="module")
def own_reports(own_city: Database) -> Iterator[Reports]:
    forget_everything()
    with serve(own_city.reader_url) as running:
        yield running


@pytest.fixture(scope="module")
def window(browser: Browser, own_reports: Reports) -> Iterator[Visitor]:
    someone = Visitor(browser, own_reports.url)
    yield someone
    someone.close()


@pytest.fixture
def guest(window: Visitor) -> Iterator[Visitor]:
    with visit(window) as someone:
        yield someone


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.1)


def seen_again(page: Page, part: Locator) -> str:
    """The text of a part, shortly after the reader has come back to the page.

    The page may ask a worker that has not noticed the new data yet, so that one return is not always enough.
    """
    page.evaluate(COMES_BACK)
    page.wait_for_timeout(500)
    return part.inner_text()


@pytest.fixture(scope="module")
def early(browser: Browser) -> Iterator[Visitor]:
    """A reader who comes before the first load."""
    with database() as empty, serve(empty.reader_url) as running:
        someone = Visitor(browser, running.url)
        yield someone
        someone.close()


@pytest.mark.parametrize("path", sampled(PATHS, 4))
def test_a_page_of_an_empty_system_says_that_nothing_is_loaded(early: Visitor, path: str) -> None:
    with visit(early) as someone:
        page = someone.open(path)
        texts = page.locator(".state").all_inner_texts()
        assert texts
        assert all("Nothing to show" in text and len(text) > 40 for text in texts), texts
        assert page.get_by_text("No data has been loaded yet.").is_visible()


def test_old_data_are_announced_on_every_page(
    own_city: Database, guest: Visitor, own_reports: Reports
) -> None:
    own_city.run(MOVE.format("-", THREE_DAYS))
    try:
        until(lambda: own_reports.get("/ready").json()["version"].endswith("stale"))
        page = guest.open("/recent")
        expect(page.locator("#notices")).to_contain_text("This data is 3 days old")
        page.get_by_role("link", name="Overview").click()
        expect(page.locator("#notices")).to_contain_text("the nightly ingest has not succeeded since")
    finally:
        own_city.run(MOVE.format("+", THREE_DAYS))
    until(lambda: own_reports.get("/ready").json()["version"].endswith("fresh"))


def test_an_open_page_follows_a_new_generation(
    own_city: Database, guest: Visitor, own_reports: Reports
) -> None:
    page = guest.open("/recent?type=10")
    number = page.locator(".number").first
    before = int(number.inner_text().replace(",", ""))

    own_city.run("UPDATE service_requests SET type_id = 10 WHERE type_id = 9")
    with psycopg.connect(own_city.owner_url) as connection:
        small_city.recount(connection)
    after = own_city.value(
        f"""SELECT count(*) FROM service_requests, (SELECT {small_city.TODAY} AS today) d
        WHERE type_id = 10 AND NOT is_information AND created_date >= today - 30 AND created_date < today"""
    )

    assert after > before
    until(lambda: seen_again(page, number) == f"{after:,}")


def test_an_open_page_offers_the_days_that_are_loaded_later(
    own_city: Database, guest: Visitor, own_reports: Reports
) -> None:
    """Its "Last 7 days" were those of the day on which it was opened."""

    def load(sign: str, days_ago: int) -> date:
        own_city.run(MOVE.format(sign, ONE_DAY))
        own_city.run(NEW_GENERATION)
        return date.fromisoformat(own_city.value(f"SELECT ({small_city.TODAY} - {days_ago})::text"))

    def shows(last_day: date) -> bool:
        shown = seen_again(page, page.get_by_label("Created"))
        return shown.endswith(f"{last_day:%b} {last_day.day}, {last_day.year}")

    first_day = load("-", 2)
    page = guest.open("/recent?type=10")
    until(lambda: shows(first_day))
    last_day = load("+", 1)
    until(lambda: shows(last_day))
    guest.settle()
    page.wait_for_timeout(1000)
    assert page.url.endswith("/recent?type=10")
    page.get_by_label("Created").click()
    page.get_by_role("button", name="Last 7 days").click()
    expect(page.locator(".covers")).to_contain_text("(7 days)")
    assert page.url.endswith(f"to={last_day}")


def test_workers_share_what_one_of_them_found(own_city: Database, own_reports: Reports) -> None:
    path = "/csv/overview-combined/by-agency.csv?type=4"
    first = own_reports.get(path)
    # Each worker knows the generation of the data before it cannot read it anymore.
    assert {own_reports.get("/ready").status_code for _ in range(30)} == {200}
    own_city.shut()
    try:
        answers = [own_reports.get(path) for _ in range(8)]
    finally:
        own_city.open_again()
    assert {answer.text for answer in answers} == {first.text}


def test_pages_without_postgres_say_so_and_heal(
    own_city: Database, guest: Visitor, own_reports: Reports
) -> None:
    forget_everything()
    own_city.shut()
    try:
        until(lambda: all(own_reports.get("/ready").status_code == 503 for _ in range(4)))
        # All pages take the notice from the same place, so a sample is enough.
        for path in PATHS[::6]:
            guest.page.goto(guest.url + path)
            expect(guest.page.locator("[role=alert]").first).to_contain_text("is not responding right now")
        assert guest.violations() == []
    finally:
        own_city.open_again()
    # The page reloads itself; test_every_page shows how the others look with Postgres.
    expect(guest.page.locator("[role=alert]")).to_have_count(0)
    # Another worker may not have noticed yet; its page retries too.
    for path in (PATHS[-1], *PATHS[:2]):
        expect(guest.open(path).locator(".state")).to_have_count(0)


@pytest.mark.slow
def test_cards_without_postgres_heal_in_their_place(
    own_city: Database, guest: Visitor, own_reports: Reports
) -> None:
    page = guest.open("/recent?type=1")
    own_city.shut()
    try:
        until(lambda: all(own_reports.get("/ready").status_code == 503 for _ in range(4)))
        page.get_by_label("Request types").first.click()
        page.get_by_role("option", name="Feedback", exact=True).click()
        expect(page.locator(".card [role=alert]").first).to_contain_text("is not responding right now")
        expect(page.locator("#notices")).to_contain_text("Cached figures are shown")
    finally:
        own_city.open_again()
    expect(page.locator("[role=alert]")).to_have_count(0)
    expect(page.locator(".covers")).to_contain_text("Types: Graffiti and Feedback.")
    expect(page.locator("#notices")).to_be_empty()


@pytest.mark.slow
def test_without_redis_everything_works(own_city: Database, browser: Browser) -> None:
    with serve(own_city.reader_url, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0") as running:
        someone = Visitor(browser, running.url)
        page = someone.open("/recent")
        assert page.locator(".state").count() == 0
        assert page.locator(".number").first.inner_text().replace(",", "").isdigit()
        someone.close()
        assert someone.problems == []
