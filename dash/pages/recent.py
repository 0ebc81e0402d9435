"""Recent requests: what came in during the last 30 days, day by day."""

from __future__ import annotations

from data import counts
from data.filters import TYPE
from data.frames import figures
from data.warehouse import Warehouse
from report_kit import controls, report, text
from report_kit.common_cards import bars_by, by_weekday, lines_by_day, previous_period
from report_kit.content import CardContent, Number
from report_kit.report import Card, Report
from report_kit.selection import Selection

PAGE = "/recent"


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    total, before = counts.total(warehouse, selection.filters), previous_period(warehouse, selection)
    previous = None if before is None else counts.total(warehouse, before)
    average = round(total / selection.days, 1)
    span = "the day before" if selection.days == 1 else f"the {selection.days:,} days before"
    change = (
        "days before the period are not loaded" if previous is None else text.change(total, previous, span)
    )
    value = {
        "requests": total,
        "first_day": selection.first.isoformat(),
        "last_day": selection.last.isoformat(),
        "requests_a_day": average,
        "requests_in_the_period_before": previous,
    }
    shown = [
        Number("Requests", text.number(total), change),
        Number("Requests a day", text.number(average), f"average of {text.plural(selection.days, 'day')}"),
    ]
    if previous is not None:
        shown.append(Number("Previous period", text.number(previous), f"requests in {span}"))
    return CardContent(figures(value), numbers=shown)


REPORT = Report(
    path=PAGE,
    title="Recent requests",
    purpose="What came in during the last 30 days: day by day, by type and by day of the week.",
    order=2,
    controls=(
        controls.Period(days=30),
        controls.groups(),
        controls.types(),
        controls.councils(),
        controls.INFORMATION,
    ),
    rules=(*report.COUNTING_RULES, report.TIME_RULE, report.FULL_DAY_RULE),
    picture="by-day",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("by-day", "Requests a day by type", lines_by_day, is_wide=True),
        Card("by-weekday", "By day of the week", by_weekday, "The average of each day of the week."),
        Card("by-type", "By request type", bars_by(TYPE, PAGE), "Choose a bar to see that type alone."),
    ),
    aliases=("/dashboards/recent", "/reports/dashboards/recent"),
)
