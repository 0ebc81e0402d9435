"""Recent requests: what came in during the last 30 days, by day."""

from __future__ import annotations

from data import counts
from data.filters import TYPE
from data.frames import figures
from data.warehouse import Warehouse
from report_kit import controls, report, text
from report_kit.common_cards import bars_by, by_weekday, lines_by_day
from report_kit.comparison import baseline_of, compare, noted
from report_kit.content import CardContent, Number
from report_kit.list_link import list_link
from report_kit.report import Card, Report
from report_kit.selection import Selection
from report_kit.time_cards import over_time

PAGE = "/recent"


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    total, baseline = counts.total(warehouse, selection.filters), baseline_of(warehouse, selection)
    previous = None if baseline is None else counts.total(warehouse, baseline.filters)
    average = text.rounded(total / selection.days)
    value = {
        "requests": total,
        "first_day": selection.first.isoformat(),
        "last_day": selection.last.isoformat(),
        "requests_a_day": average,
        "requests_in_the_period_before": previous,
    }
    change = noted(warehouse, selection, total, "created in the period")
    shown = [
        Number("Requests", text.number(total), change, list_link(selection), "requests"),
        Number(
            "Requests a day",
            text.number(average),
            f"average of {text.plural(selection.days, 'day')}",
            about="average",
        ),
    ]
    if previous is not None and baseline is not None:
        then = list_link(selection, first=baseline.filters.first, last=baseline.filters.last)
        shown.append(Number("Compared with", text.number(previous), baseline.span, then, "compared"))
    return CardContent(figures(value), numbers=shown)


REPORT = Report(
    path=PAGE,
    title="Recent requests",
    menu="Recent",
    purpose="What came in during the last 30 days: by day, by type and by day of the week.",
    order=2,
    controls=(
        controls.Period(days=30),
        compare("previous"),
        controls.groups(),
        controls.types(),
        controls.regions(),
        controls.districts(),
        controls.councils(),
        controls.INFORMATION,
    ),
    rules=(*report.COUNTING_RULES, report.TIME_RULE, report.FULL_DAY_RULE),
    picture="over-time",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("over-time", "Requests over time", over_time, is_wide=True),
        Card("by-day", "Requests a day by type", lines_by_day, is_wide=True),
        Card("by-weekday", "By day of the week", by_weekday, "The average of each day of the week."),
        Card("by-type", "By request type", bars_by(TYPE, PAGE), "Select a bar to list its requests."),
    ),
    aliases=("/dashboards/recent", "/reports/dashboards/recent"),
)
