"""Recent requests: what came in during the last 30 days, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from data import counts
from data.filters import Filters
from data.source import Source
from data.table import Table
from figures import charts
from frame import controls, report, words
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Number, Shown
from frame.type_cards import lines_a_day, slices


def numbers(source: Source, selection: Selection) -> Shown:
    filters = selection.filters
    total, before = counts.total(source, filters), counts.total(source, _before(filters))
    average = round(total / selection.days, 1)
    rows = [
        ("requests", total),
        ("first_day", selection.first.isoformat()),
        ("last_day", selection.last.isoformat()),
        ("requests_a_day", average),
        ("requests_in_the_period_before", before),
    ]
    shown = [
        Number("Requests", words.number(total), change(total, before, selection.days)),
        Number("First day", words.day(selection.first)),
        Number("Last day", words.day(selection.last), "the last full day, or the one chosen"),
        Number("On an average day", words.number(average)),
    ]
    summary = f"{words.plural(total, 'request')} in {words.plural(selection.days, 'day')}."
    return Shown(Table.of(("figure", "value"), rows), summary, numbers=shown)


def change(now: int, before: int, days: int) -> str:
    """How a period compares with the one of the same length before it."""
    if not before:
        return f"none in the {words.plural(days, 'day')} before"
    difference = 100 * (now - before) / before
    return f"{difference:+.0f}% on the {words.plural(days, 'day')} before"


def by_weekday(source: Source, selection: Selection) -> Shown:
    table = counts.by_weekday(source, selection.filters)
    figure = charts.bars(
        table.column("weekday"),
        table.column("requests_a_day"),
        unit="requests a day",
    )
    most = max(table, key=lambda row: float(row["requests_a_day"]))
    summary = (
        f"Busiest: {most['weekday']}, {words.number(most['requests_a_day'])} requests on an average one."
    )
    return Shown(table, summary, figure)


def _before(filters: Filters) -> Filters:
    days = filters.last - filters.first + timedelta(days=1)
    return replace(filters, first=filters.first - days, last=filters.last - days)


PAGE = "/recent"
REPORT = Report(
    path=PAGE,
    title="Recent requests",
    purpose="What came in during the last 30 days: day by day, by type and by day of the week.",
    order=2,
    controls=(controls.Period(days=30), controls.types(), controls.councils()),
    rules=(report.PLACE_RULE, report.TIME_RULE, report.FULL_DAY_RULE),
    picture="by-day",
    cards=(
        Card("numbers", "In numbers", numbers, is_wide=True, height=130),
        Card("by-day", "Requests a day by type", lines_a_day, is_wide=True),
        Card(
            "by-weekday", "By day of the week", by_weekday, "Average of the days of that name in the period."
        ),
        Card("by-type", "By request type", slices(PAGE), "Choose a slice to see that type alone."),
    ),
    aliases=("/dashboards/recent", "/reports/dashboards/recent"),
)
