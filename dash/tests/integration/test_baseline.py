"""What a period is compared with, against counts over the rows as published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pandas import DateOffset, Timestamp
from support.cards import card, column, figures
from support.databases import Database
from support.facts import FACTS, FactsOnly
from support.raw import RAW

from data.warehouse import Warehouse
from pages import neighborhood, neighborhood_weekly, overview_combined, recent, reports, time_to_close
from report_kit import text
from report_kit.comparison import compare, wanted
from report_kit.controls import Period
from report_kit.selection import Selection

TODAY = replace(FACTS, last_day=date(2026, 11, 26))


def compared(first: str, last: str, how: str) -> tuple[str, str, str]:
    search = f"from={first}&to={last}&compare={how}"
    found = wanted(Selection.of(recent.REPORT.controls, search, FactsOnly(TODAY)))
    assert found is not None
    return found.filters.first.isoformat(), found.filters.last.isoformat(), found.name


@pytest.mark.parametrize(
    ("period", "days", "name"),
    [
        (("2026-11-01", "2026-11-25"), ("2026-10-01", "2026-10-25"), "the same days of the month before"),
        (("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30"), "the month before"),
        (("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28"), "the same days of the month before"),
        (("2026-10-01", "2026-11-26"), ("2026-07-01", "2026-08-26"), "the same days of the quarter before"),
        (("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30"), "the quarter before"),
        (("2026-01-01", "2026-11-26"), ("2025-01-01", "2025-11-26"), "the same days of the year before"),
        (("2026-11-05", "2026-11-11"), ("2026-10-29", "2026-11-04"), "the 7 days before"),
        (("2026-11-01", "2026-11-01"), ("2026-10-31", "2026-10-31"), "the day before"),
    ],
)
def test_the_previous_period_has_the_same_days(
    period: tuple[str, str], days: tuple[str, str], name: str
) -> None:
    """A current quarter was once compared with the same number of days just before it, in another quarter."""
    assert compared(*period, "previous") == (*days, name)


def test_a_default_period_is_compared_with_the_days_before() -> None:
    """A week that happens to begin a month is not compared with the first week of another month."""
    first_week = replace(FACTS, last_day=date(2026, 11, 7))
    found = wanted(Selection.of(neighborhood_weekly.REPORT.controls[1:], "", FactsOnly(first_week)))
    assert found is not None
    assert found.span == "Oct 25, 2026 to Oct 31, 2026"


@pytest.mark.parametrize("how", ["previous", "year"])
def test_a_link_with_fixed_days_is_compared_with_the_same_days(how: str) -> None:
    """A week that began a month was compared with the first week of another month in its copied link."""
    usual = {
        (one, report.covers) for report in reports() for one in report.controls if isinstance(one, Period)
    }
    for number in range(400):
        facts = replace(FACTS, last_day=date(2024, 1, 1) + timedelta(days=number))
        for period, covers in usual:
            controls = (period, compare())

            def span(search: str, controls: Any = controls, covers: Any = covers, facts: Any = facts) -> str:
                selection = Selection.of(controls, search, FactsOnly(facts))
                found = wanted(selection.whole_months(facts) if covers == "closed" else selection)
                assert found is not None
                return found.span

            fixed = Selection.of(controls, f"compare={how}", FactsOnly(facts)).fixed
            assert span(fixed) == span(f"compare={how}"), fixed


@pytest.mark.parametrize(("chosen", "is_offered"), [("previous", False), ("before", True)])
def test_the_days_before_are_offered_where_a_link_has_chosen_them(
    warehouse: Warehouse, chosen: str, *, is_offered: bool
) -> None:
    control = compare().component("recent", chosen, FACTS, warehouse)
    offered = [one["value"] for one in control.children.data]
    assert ("before" in offered) is is_offered


@pytest.mark.parametrize(
    ("search", "days", "name"),
    [
        ("from=2026-10-01&to=2026-10-15", ("2026-09-01", "2026-09-30"), "the month before"),
        ("from=2026-03-05&to=2026-04-10", ("2026-01-01", "2026-02-28"), "the 2 months before"),
        ("from=2026-11-03&to=2026-11-04", ("2026-10-01", "2026-10-26"), "the same days of the month before"),
        ("", ("2022-12-01", "2024-11-26"), "the same days of the 24 months before"),
    ],
)
def test_whole_months_are_compared_with_as_many_months(search: str, days: tuple[str, str], name: str) -> None:
    """March and April were once compared with parts of three months."""
    facts = FactsOnly(TODAY)
    selection = Selection.of(time_to_close.REPORT.controls, f"{search}&compare=previous", facts)
    found = wanted(selection.whole_months(TODAY))
    assert found is not None
    assert (found.filters.first.isoformat(), found.filters.last.isoformat(), found.name) == (*days, name)


@pytest.mark.parametrize(
    ("period", "days", "name"),
    [
        (("2026-11-01", "2026-11-25"), ("2025-11-01", "2025-11-25"), "the same days of 2025"),
        (("2024-02-20", "2024-02-29"), ("2023-02-20", "2023-02-28"), "the same days of 2023"),
        (("2025-12-01", "2026-11-26"), ("2024-12-01", "2025-11-26"), "the same days a year earlier"),
        (("2026-11-01", "2026-11-01"), ("2025-11-01", "2025-11-01"), "the same day of 2025"),
    ],
)
def test_last_year_has_the_same_dates(period: tuple[str, str], days: tuple[str, str], name: str) -> None:
    assert compared(*period, "year") == (*days, name)


# Two list single requests; the history begins with the first run, and seldom has a period before.
NO_COMPARISON = {"/requests-list", "/map", "/what-changed"}


def test_every_page_with_a_period_can_be_compared() -> None:
    for report in reports():
        names = {control.name for control in report.controls}
        if Period.name in names and report.path not in NO_COMPARISON:
            assert "compare" in names, report.path


def counted(city: Database, first: int, last: int, more: str = "true") -> int:
    """Requests created in a range of days before today."""
    found: int = city.value(
        RAW + f"SELECT count(*) FROM past WHERE created >= today - {first} AND created < today - {last} + 1"
        f" AND {more}"
    )
    return found


def period(warehouse: Warehouse, days: int) -> tuple[str, int]:
    """A query for the last days, and how many; not a month so far, which has a different baseline."""
    last = warehouse.facts().last_day
    assert last is not None
    first = last - timedelta(days=days - 1)
    if first.day == 1:
        return period(warehouse, days + 1)
    return f"from={first}&to={last}", days


@pytest.mark.parametrize(("more", "where"), [("", "true"), ("&type=4", "type = 'Bulky Items'")])
def test_bars_and_their_dashed_line(city: Database, warehouse: Warehouse, more: str, where: str) -> None:
    search, days = period(warehouse, 20)
    shown = card(warehouse, overview_combined.REPORT, "over-time", f"{search}&compare=previous{more}")
    assert shown.figure
    bars, dashed = shown.figure["data"]
    before = counted(city, 2 * days, days + 1, where)
    assert sum(column(shown, "requests_before")) == sum(dashed["y"]) == before
    assert sum(bars["y"]) == counted(city, days, 1, where)
    assert dashed["line"]["dash"] == "dash"
    assert dashed["y"][0] == counted(city, 2 * days, 2 * days, where)


def test_each_day_is_compared_with_its_date_across_a_leap_day(city: Database, warehouse: Warehouse) -> None:
    """Days after February 29 were compared with the day before, and the last two with none."""
    search = "from=2025-02-15&to=2025-04-15&compare=year"
    shown = card(warehouse, overview_combined.REPORT, "over-time", search)
    before = dict(zip(column(shown, "day"), column(shown, "requests_before"), strict=True))
    truth = city.rows(
        RAW
        + """SELECT (created::date + interval '1 year')::date, count(*) FROM past
        WHERE created >= '2024-02-15' AND created < '2024-04-16' GROUP BY 1"""
    )
    assert {day: number for day, number in before.items() if number} == dict(truth)


def test_months_are_added_up_by_the_days_that_they_are_compared_with(
    city: Database, warehouse: Warehouse
) -> None:
    shown = card(warehouse, overview_combined.REPORT, "over-time", "compare=year")
    truth = city.rows(
        RAW
        + """, shifted AS (
            SELECT (created::date + interval '1 year')::date AS day, today FROM past
        ) SELECT date_trunc('month', day)::date, count(*) FROM shifted
        WHERE day >= date_trunc('month', today - 1) - interval '11 months' AND day < today
        GROUP BY 1 ORDER BY 1"""
    )
    found = dict(zip(column(shown, "month"), column(shown, "requests_before"), strict=True))
    assert {month: number for month, number in found.items() if number} == dict(truth)


def test_the_change_is_given_with_its_base(city: Database, warehouse: Warehouse) -> None:
    search, days = period(warehouse, 20)
    shown = card(warehouse, overview_combined.REPORT, "numbers", f"{search}&compare=previous")
    now, before = counted(city, days, 1), counted(city, 2 * days, days + 1)
    percent = round(100 * (now - before) / before)
    verb = "more" if percent > 0 else "fewer"
    assert shown.numbers[0].note == f"{abs(percent)}% {verb} than {before:,} in the {days} days before"


def test_groups_have_the_requests_of_before_and_those_that_are_gone_too(
    city: Database, warehouse: Warehouse
) -> None:
    search, days = period(warehouse, 3)
    shown = card(warehouse, recent.REPORT, "by-type", f"{search}&council=30")
    council = "council = (SELECT council_name FROM councils WHERE council_id = 30)"
    assert sum(column(shown, "requests")) == counted(city, days, 1, council)
    assert sum(column(shown, "requests_before")) == counted(city, 2 * days, days + 1, council)


def test_new_and_closed_of_the_days_before(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, neighborhood_weekly.REPORT, "by-day", "council=52")
    assert shown.figure
    lines = {trace["name"]: trace["y"] for trace in shown.figure["data"]}
    new, closed = city.rows(
        RAW
        + """SELECT count(*) FILTER (WHERE created >= today - 14 AND created < today - 7),
            count(*) FILTER (WHERE closed >= today - 14 AND closed < today - 7)
            FROM raw WHERE council = (SELECT council_name FROM councils WHERE council_id = 52)"""
    )[0]
    assert sum(lines["New, the 7 days before"]) == new
    assert sum(lines["Closed, the 7 days before"]) == closed


def test_the_median_of_a_month_is_compared_with_that_of_a_whole_month(warehouse: Warehouse) -> None:
    """The note once named the same days of the year before, but medians exist by month only."""
    last = warehouse.facts().last_day
    assert last is not None
    this = f"from={last.replace(day=1)}&to={last}"
    then = (Timestamp(last) - DateOffset(years=1)).date()
    shown = card(warehouse, time_to_close.REPORT, "numbers", f"{this}&compare=year")
    before = card(
        warehouse,
        time_to_close.REPORT,
        "numbers",
        f"from={then.replace(day=1)}&to={then}",
    )
    assert shown.numbers[0].note == f"{before.numbers[0].value} in {text.month(then)}"


def test_the_line_of_a_council_is_drawn_over_the_period(warehouse: Warehouse) -> None:
    search, days = period(warehouse, 30)
    shown = card(warehouse, neighborhood.REPORT, "average", f"{search}&compare=previous&average=1")
    assert shown.figure
    *_, dashed = shown.figure["data"]
    drawn = [date.fromisoformat(day) for day in dashed["x"]]
    assert (drawn[-1], len(drawn)) == (warehouse.facts().last_day, days)


def test_nothing_is_compared_with_days_that_are_not_loaded(warehouse: Warehouse) -> None:
    first = warehouse.facts().first_day
    search = f"from={first}&compare=year"
    assert "requests_before" not in card(warehouse, recent.REPORT, "by-type", search).frame
    assert figures(card(warehouse, recent.REPORT, "numbers", search))["requests_in_the_period_before"] is None
