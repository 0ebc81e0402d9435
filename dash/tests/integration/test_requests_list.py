"""The list of requests against the rows as published: its contents, its order, and its files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from support.cards import card, column, figures
from support.databases import Database
from support.documents import client_of
from support.raw import RAW
from support.workbooks import cells
from support.workbooks import column as column_of

from data import request_list
from data.request_list import PAGE_ROWS
from data.warehouse import Warehouse
from documents import lists
from pages import backlog
from pages import requests_list as page
from report_kit.list_query import query_of
from report_kit.selection import Selection

LAST_WEEK = "from={week}&to={last}"
# Query of the URL → condition on the rows as published.
SELECTIONS = {
    "": "true",
    f"{LAST_WEEK}": "created >= today - 7 AND created < today",
    f"council=52&{LAST_WEEK}": "council = 'Noho' AND created >= today - 7 AND created < today",
    "council=0": "council = 'No council'",
    "council=0&status=open": "council = 'No council' AND is_open",
    "type=4,1": "type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 1))",
    "group=1": "type_group = 'Item Pickups'",
    "status=open": "is_open",
    f"status=closed&{LAST_WEEK}": "NOT is_open AND created >= today - 7 AND created < today",
    "status=closed&type=4": "NOT is_open AND type = 'Bulky Items'",
    f"date=closed&{LAST_WEEK}": "closed >= today - 7 AND closed < today",
    "age=0-7": "is_open AND today - 1 - created::date <= 7",
    "age=8-30&council=52": "is_open AND council = 'Noho' AND today - 1 - created::date BETWEEN 8 AND 30",
    "age=31-90": "is_open AND today - 1 - created::date BETWEEN 31 AND 90",
    "age=over-90&type=4": "is_open AND type = 'Bulky Items' AND today - 1 - created::date > 90",
    f"weekday=1&{LAST_WEEK}": "created >= today - 7 AND created < today AND extract(isodow FROM created) = 1",
    "date=closed": "closed IS NOT NULL",
    "days_to_close=5-9": "closed IS NOT NULL AND days BETWEEN 5 AND 9",
    "days_to_close=30-": "closed IS NOT NULL AND days >= 30",
    "address=100 n main": "address LIKE '100 N MAIN%%'",
    "address=1 spring st": "address = '1 SPRING ST'",
    "region=3": "region = 3",
    "council=52&district=8": "council = 'Noho' AND district = 8",
    "agency=4&source=8": "agency = (SELECT agency_name FROM agencies WHERE agency_id = 4)"
    " AND source = (SELECT source_name FROM sources WHERE source_id = 8)",
}


@pytest.fixture(scope="module")
def client(warehouse: Warehouse) -> FlaskClient:
    return client_of(warehouse)


def searched(warehouse: Warehouse, pattern: str) -> str:
    last = warehouse.facts().last_day
    assert last is not None
    return pattern.format(week=last - timedelta(days=6), last=last)


def published(city: Database, condition: str, source: str = "raw") -> list[str]:
    """Request numbers, newest first."""
    order = "ORDER BY created DESC, number"
    return [row[0] for row in city.rows(RAW + f"SELECT number FROM {source} WHERE {condition} {order}")]


@pytest.mark.parametrize(("pattern", "condition"), SELECTIONS.items())
def test_the_list_has_the_requests_of_the_selection(
    city: Database, warehouse: Warehouse, client: FlaskClient, pattern: str, condition: str
) -> None:
    search, expected = searched(warehouse, pattern), published(city, condition)
    assert expected, "a selection without requests shows nothing"
    rows = list(csv.DictReader(io.StringIO(client.get(f"/requests.csv?{search}").text)))
    shown = card(warehouse, page.REPORT, "requests", search)
    assert sorted(row["sr_number"].removeprefix("'") for row in rows) == sorted(expected)
    assert figures(card(warehouse, page.REPORT, "numbers", search))["requests"] == len(expected)
    assert len(shown.frame) == min(len(expected), PAGE_ROWS)
    assert set(column(shown, "number")) <= set(expected)
    assert column(shown, "created") == sorted(column(shown, "created"), reverse=True)


def test_information_calls_are_listed_where_they_are_included(city: Database, warehouse: Warehouse) -> None:
    shown = figures(card(warehouse, page.REPORT, "numbers", "information=include"))
    assert shown["requests"] == len(published(city, "true", "every"))


def test_pages_follow_each_other_without_a_gap(city: Database, warehouse: Warehouse) -> None:
    expected = published(city, "council = 'Noho' AND is_open")
    found: list[str] = []
    for number in range(1, -(-len(expected) // PAGE_ROWS) + 1):
        found += column(
            card(warehouse, page.REPORT, "requests", f"council=52&status=open&page={number}"), "number"
        )
    assert len(found) == len(set(found))
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("sort", [name for name in page.SORTS if not name.startswith("-")])
def test_every_sort_is_an_order(warehouse: Warehouse, sort: str) -> None:
    """With all rows of the selection, one direction is the reverse of the other except for missing values."""
    search = "council=52&age=over-90"
    up, down = (
        column(card(warehouse, page.REPORT, "requests", f"{search}&sort={one}"), sort)
        for one in (sort, f"-{sort}")
    )
    known = [value for value in up if value is not None]
    assert [value for value in down if value is not None] == list(reversed(known))
    assert up[len(known) :] == [None] * (len(up) - len(known))


def test_the_days_of_open_and_closed_requests(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "requests", "council=52")
    days = dict(
        city.rows(
            RAW
            + """SELECT number, CASE WHEN is_open THEN greatest(today - 1 - created::date, 0)
                WHEN closed IS NOT NULL THEN days END FROM raw"""
        )
    )
    assert {
        row["number"]: row["days"]
        for row in shown.frame.astype(object).where(shown.frame.notna(), None).to_dict("records")
    } == {number: days[number] for number in column(shown, "number")}


def test_too_many_rows_for_other_sorts_are_sorted_by_day_and_say_so(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_list, "MAX_SORTED_ROWS", 10)
    selection = Selection.of(page.REPORT.controls, "sort=address", warehouse)
    shown = page.requests(warehouse, selection)
    assert column(shown, "created") == sorted(column(shown, "created"), reverse=True)
    assert "sorted by date only" in str(shown.parts)


def test_when_they_were_created_adds_up(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "over-time", "status=open")
    assert sum(column(shown, "requests")) == len(published(city, "is_open AND created < today"))


@pytest.mark.parametrize(
    ("search", "hatched", "sentence"),
    [
        (
            "from=2026-03-20&to=2026-08-15",
            ["March 2026 (partial)", "August 2026 (partial)"],
            "March 2026 and August 2026 are only partly in the period (hatched).",
        ),
        (
            "date=closed&from=2026-07-20&to=2026-08-15&days_to_close=0-150",
            ["August 2026 (partial)"],
            "August 2026 is not complete (hatched).",
        ),
    ],
)
def test_partial_months_are_hatched(
    warehouse: Warehouse, search: str, hatched: list[str], sentence: str
) -> None:
    """With days of closing, only the end of the period limits when requests were created."""
    shown = card(warehouse, page.REPORT, "over-time", search)
    assert shown.figure
    (bars,) = shown.figure["data"]
    shapes = bars["marker"]["pattern"]["shape"]
    assert [name for name, shape in zip(bars["text"], shapes, strict=True) if shape] == hatched
    assert shown.summary.endswith(sentence)


def test_a_list_without_a_period_does_not_name_one(warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "over-time", "")
    assert "not complete (hatched)." in shown.summary
    assert "in the period" not in shown.summary


def test_an_age_limits_the_days_of_creation(warehouse: Warehouse) -> None:
    newest = warehouse.facts().last_day
    assert newest is not None
    selection = Selection.of(page.REPORT.controls, "age=31-90", warehouse)
    days = tuple(newest - timedelta(days=age) for age in (90, 31))
    assert query_of(warehouse, selection).created == days


def test_nothing_to_list(warehouse: Warehouse) -> None:
    assert card(warehouse, page.REPORT, "requests", "address=NOWHERE").is_empty
    assert figures(card(warehouse, page.REPORT, "numbers", "address=NOWHERE"))["requests"] == 0


def test_excel_has_the_rows_of_the_csv(client: FlaskClient) -> None:
    answer = client.get("/requests.xlsx?council=52&age=over-90")
    rows = list(csv.DictReader(io.StringIO(client.get("/requests.csv?council=52&age=over-90").text)))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="requests.xlsx"'
    assert column_of(answer.data, "sr_number") == [row["sr_number"] for row in rows]
    assert column_of(answer.data, "days_open") == [row["days_open"] for row in rows]


def test_no_file_runs_a_formula(client: FlaskClient) -> None:
    """The rule of docs/reports.md: an apostrophe before =, +, -, @, tab and carriage return."""
    (row,) = csv.DictReader(io.StringIO(client.get("/requests.csv?address=%3D1&information=include").text))
    assert row["address"] == "'=1+1"
    sheet = cells(client.get("/requests.xlsx?address=%3D1&information=include").data)
    assert ("inlineStr", "'=1+1") in sheet[1].values()
    numbers = [text for kind, text in sheet[1].values() if kind == "n"]
    assert not any(text.startswith("'") for text in numbers)


def test_excel_is_refused_with_advice_when_it_is_too_long(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_list, "MAX_WORKBOOK_ROWS", 100)
    answer = client.get("/requests.xlsx")
    assert answer.status_code == 413
    assert "download the CSV file, which has all rows" in answer.text


def test_the_advice_is_in_place_of_a_link_to_a_file_that_is_too_long(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link saved nothing, and the browser did not show the advice."""
    for largest, is_refused in ((1_000_000, False), (100, True)):
        monkeypatch.setattr(request_list, "MAX_WORKBOOK_ROWS", largest)
        for report, name in ((page.REPORT, "requests"), (backlog.REPORT, "oldest")):
            shown = str(card(warehouse, report, name).parts)
            assert ("Excel files are limited to 100." in shown) == is_refused
            assert ("/requests.xlsx" in shown) != is_refused
            assert "/requests.csv" in shown
            assert "download=" not in shown


def test_the_csv_of_the_card_has_every_row_too(client: FlaskClient) -> None:
    one, other = (
        client.get(f"{path}?council=52").text for path in ("/requests.csv", "/csv/requests-list/requests.csv")
    )
    assert one == other
    assert one.count("\r\n") > PAGE_ROWS


def test_the_number_is_compared_with_that_of_other_days(city: Database, warehouse: Warehouse) -> None:
    (first, last), before = (
        city.rows(RAW + "SELECT (today - 25)::text, (today - 1)::text FROM past LIMIT 1")[0],
        city.value(
            RAW
            + """SELECT count(*) FROM past WHERE is_open AND council = 'Noho'
                AND created >= today - 50 AND created < today - 25"""
        ),
    )
    if first.endswith("-01"):
        pytest.skip("a month so far is compared with the same days of the month before")
    search = f"council=52&status=open&from={first}&to={last}&compare=previous"
    (number, *_) = card(warehouse, page.REPORT, "numbers", search).numbers
    assert f"{before:,} in the 25 days before." in number.note
    (number, *_) = card(warehouse, page.REPORT, "numbers", "council=52&compare=previous").numbers
    assert "before" not in number.note


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_network_has_one_file_at_a_time(client: FlaskClient, kind: str) -> None:
    """The addresses of an IPv6 network had one each."""
    with lists._slot("2001:db8::/64"):
        for address, status in (("2001:db8::7", 503), ("2001:db8:1::7", 200)):
            path = f"/requests.{kind}?address=100 n main"
            answer = client.get(path, environ_base={"REMOTE_ADDR": address}, buffered=True)
            assert answer.status_code == status
