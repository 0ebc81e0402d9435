"""Every figure of time to close against percentiles over the rows as published."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from pandas import DataFrame
from support.cards import card, column, dicts, rows
from support.databases import Database
from support.raw import RAW

from data import request_list
from data.warehouse import Warehouse
from figures.colors import OTHERS
from pages import requests_list
from pages import time_to_close as page
from report_kit import text
from report_kit.content import CardContent
from report_kit.list_query import query_of
from report_kit.selection import Selection

# Whole months from that of the period's first day; the report's default is 24 months. The last month extends
# as far as it is loaded, even beyond the last full day.
CLOSED = """FROM raw WHERE closed >= date_trunc('month', today - 1) - interval '23 months'
    AND date_trunc('month', closed) <= today - 1"""
PERCENTILES = """count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
    percentile_disc(0.9) WITHIN GROUP (ORDER BY days)"""


def build(warehouse: Warehouse, name: str, search: str = "") -> CardContent:
    return card(warehouse, page.REPORT, name, search)


def test_the_large_numbers(city: Database, warehouse: Warehouse) -> None:
    counted = city.rows(
        RAW
        + f"""SELECT {PERCENTILES}, count(*) FILTER (WHERE days = 0),
            count(*) FILTER (WHERE days <= 7) {CLOSED}"""
    )
    assert rows(build(warehouse, "numbers")) == counted
    assert counted[0][0] > 0


def test_month_by_month(city: Database, warehouse: Warehouse) -> None:
    counted = city.rows(
        RAW
        + f"""SELECT date_trunc('month', closed)::date, {PERCENTILES}
            {CLOSED} AND type IN ('Bulky Items', 'Graffiti')
            GROUP BY 1 ORDER BY 1"""
    )
    assert rows(build(warehouse, "trend", "type=4,1")) == counted
    assert len(counted) > 20


def test_the_trend_rests_on_months_with_enough_closed_requests(warehouse: Warehouse) -> None:
    shown = build(warehouse, "trend", "council=2")
    assert max(column(shown, "closed_requests")) < text.SMALL_BASE
    assert shown.summary == ""


@pytest.mark.parametrize(
    ("medians", "sentence"),
    [
        ((3, 1), "From January 2026 to February 2026 the median went from 3 days to 1 day."),
        ((3, 3), "The median was 3 days in both January 2026 and February 2026."),
    ],
)
def test_a_median_that_did_not_change_is_named_once(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, medians: tuple[int, int], sentence: str
) -> None:
    months = pd.to_datetime(["2026-01-01", "2026-02-01"])
    frame = DataFrame({"month": months, "closed_requests": 20, "median_days": medians, "p90_days": 9})
    monkeypatch.setattr(page.closing, "statistics", lambda *_, **__: frame)
    assert build(warehouse, "trend", "from=2026-01-01&to=2026-02-28").summary == sentence


@pytest.mark.parametrize("name", ["type", "council"])
def test_each_type_and_council(city: Database, warehouse: Warehouse, name: str) -> None:
    shown = build(warehouse, f"by-{name}")
    counted = city.rows(RAW + f"SELECT {name}, {PERCENTILES} {CLOSED} GROUP BY 1")
    assert sorted(rows(shown)) == sorted(counted)
    often = [
        row for row in dicts(shown) if row["closed_requests"] >= text.SMALL_BASE and row[name] != "No council"
    ]
    medians = [row["median_days"] for row in often]
    assert medians == sorted(medians, reverse=True)
    assert shown.summary.startswith(f"Slowest: {often[0][name]}, ")


def test_each_type_group(city: Database, warehouse: Warehouse) -> None:
    counted = city.rows(
        RAW
        + f"""SELECT group_name, {PERCENTILES} FROM (SELECT * {CLOSED}) found
            JOIN request_types ON type_name = type JOIN type_groups USING (group_id) GROUP BY 1"""
    )
    assert sorted(rows(build(warehouse, "by-group"))) == sorted(counted)
    narrowed = build(warehouse, "numbers", "group=1")
    assert [row[1:] for row in counted if row[0] == "Item Pickups"] == [rows(narrowed)[0][:3]]


def test_few_closed_requests_are_gray_and_last_and_the_number_is_named(warehouse: Warehouse) -> None:
    shown = build(warehouse, "by-council")
    numbers = column(shown, "closed_requests")[:-1]
    is_few = [number < text.SMALL_BASE for number in numbers]
    assert True in is_few
    assert is_few == sorted(is_few)
    assert shown.figure
    for trace in shown.figure["data"][1:]:
        assert [color == OTHERS for color in trace["marker"]["color"]][:-1] == is_few
        assert trace["text"][:-1] == [f"{number:,}" for number in numbers]


@pytest.mark.parametrize(("measure", "place"), [("median", 3), ("p90", 4)])
def test_lines_of_the_largest_with_gaps(
    city: Database, warehouse: Warehouse, measure: str, place: int
) -> None:
    shown = build(warehouse, "type-trend", f"measure={measure}")
    counted = city.rows(
        RAW + f"SELECT type, date_trunc('month', closed)::date, {PERCENTILES} {CLOSED} GROUP BY 1, 2"
    )
    closed: dict[str, int] = {}
    for row in counted:
        closed[row[0]] = closed.get(row[0], 0) + row[2]
    largest = sorted(closed, key=lambda name: -closed[name])[: page.LINES]

    assert sorted(rows(shown)) == sorted(counted)
    assert shown.figure is not None
    assert {trace["name"] for trace in shown.figure["data"]} == set(largest)
    for trace in shown.figure["data"]:
        expected = {row[1]: row[place] for row in counted if row[0] == trace["name"]}
        months = dict(zip(trace["x"], trace["y"], strict=True))
        assert {month: days for month, days in months.items() if days is not None} == expected
        assert len(months) == 24
        assert not trace["connectgaps"]


def test_a_month_without_closed_requests_is_a_gap(warehouse: Warehouse) -> None:
    shown = build(warehouse, "council-trend", "council=2")
    assert shown.figure
    (trace,) = shown.figure["data"]
    assert None in trace["y"]
    assert len(shown.frame) == sum(days is not None for days in trace["y"])


def test_no_council_takes_no_line_from_the_councils(warehouse: Warehouse) -> None:
    figure = build(warehouse, "council-trend").figure
    assert figure
    assert "No council" not in {trace["name"] for trace in figure["data"]}


def last_whole_month(warehouse: Warehouse) -> date:
    """The first day of the last month that is loaded completely."""
    last = warehouse.facts().last_day
    assert last is not None
    return (last.replace(day=1) - timedelta(days=1)).replace(day=1)


def length_of_list(warehouse: Warehouse, link: str) -> int:
    selection = Selection.of(requests_list.REPORT.controls, link.partition("?")[2], warehouse)
    return request_list.total(warehouse, query_of(warehouse, selection))


@pytest.mark.parametrize("days", [15, 28])
def test_a_part_of_a_month_is_the_whole_month_in_number_note_and_list(
    city: Database, warehouse: Warehouse, days: int
) -> None:
    """The number had the whole month, its note and its list only the chosen days."""
    first = last_whole_month(warehouse)
    search = f"from={first}&to={first.replace(day=days)}&compare=previous"
    in_month = RAW + "SELECT count(*) FROM raw WHERE date_trunc('month', closed) = %(month)s"
    before = (first - timedelta(days=1)).replace(day=1)
    now, then = (city.value(in_month, month=month) for month in (first, before))

    median, _, closed, *_ = build(warehouse, "numbers", search).numbers
    assert closed.value == f"{now:,}"
    assert closed.note == text.change(now, then, "the month before")
    assert length_of_list(warehouse, closed.href) == now
    assert median.note.endswith(f" in {text.month(before)}")


@pytest.mark.parametrize("name", ["trend", "by-type", "type-trend"])
def test_each_list_has_the_requests_of_whole_months(warehouse: Warehouse, name: str) -> None:
    first = last_whole_month(warehouse)
    shown = build(warehouse, name, f"from={first.replace(day=5)}&to={first.replace(day=15)}")
    listed = [length_of_list(warehouse, link) for link in shown.lists]
    assert listed == column(shown, "closed_requests")


def test_nothing_closed_says_so(warehouse: Warehouse) -> None:
    for one in page.REPORT.cards:
        shown = build(warehouse, one.name, "from=1990-01-01&to=1990-02-01")
        assert shown.is_empty, one.name
        assert "No requests were closed" in shown.why_empty
