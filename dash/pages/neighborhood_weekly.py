"""Neighborhood weekly report: what came in, what was closed, and each of these requests."""

from __future__ import annotations

from typing import Any

from data import counts, weekly
from data.source import Source
from data.table import Table
from figures import charts
from figures.colors import ACCENT
from frame import controls, report, words
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Number, Shown
from frame.type_cards import slices

LISTED_DAYS = 31
CLOSED_COLOR = "#79B74E"
WIDTHS = {"sr_number": 140, "created": 150, "closed": 150, "counted_as": 140, "address": 280}


def numbers(source: Source, selection: Selection) -> Shown:
    table = weekly.by_day(source, selection.filters)
    new, closed = table.total("new_requests"), table.total("closed_requests")
    rows = [("new", new), ("closed", closed), ("net_change", new - closed)]
    shown = [
        Number("New", words.number(new), "created in these days"),
        Number("Closed", words.number(closed), "closed in these days, whenever created"),
        Number("Net change", f"{new - closed:+,}" if new != closed else "0", "new minus closed"),
        Number("Open now", words.number(counts.open_now(source, selection.filters)), "of any age"),
    ]
    return Shown(Table.of(("figure", "value"), rows), "", numbers=shown)


def by_day(source: Source, selection: Selection) -> Shown:
    table = weekly.by_day(source, selection.filters)
    days = table.column("day")
    figure = charts.lines(
        [("New", days, table.column("new_requests")), ("Closed", days, table.column("closed_requests"))],
        unit="requests",
        colors=[ACCENT, CLOSED_COLOR],
    )
    new, closed = table.total("new_requests"), table.total("closed_requests")
    summary = f"{words.plural(new, 'new request')}, {words.number(closed)} closed."
    return Shown(table, summary, figure)


def change_by_type(source: Source, selection: Selection) -> Shown:
    table = weekly.by_type(source, selection.filters)
    summary = "New minus closed, by type; a number above zero means that more came in than was closed."
    return Shown(table, summary, columns=_columns(table))


def requests(source: Source, selection: Selection) -> Shown:
    if selection.days > LISTED_DAYS:
        why = f"Single requests are listed for up to {LISTED_DAYS} days. Choose a shorter period."
        return Shown(Table.of(("sr_number",), []), "", why_empty=why)
    table = weekly.requests(source, selection.filters)
    summary = f"{words.plural(len(table), 'request')}: every one that was created or closed in these days."
    return Shown(table, summary, columns=_columns(table))


def _columns(table: Table) -> list[dict[str, Any]]:
    found = []
    for name in table.shown().columns:
        is_number = any(isinstance(value, int) for value in table.column(name))
        title = "SR number" if name == "sr_number" else name.replace("_", " ").capitalize()
        column: dict[str, Any] = {"field": name, "headerName": title, "width": WIDTHS.get(name, 160)}
        found.append(column | ({"type": "numericColumn"} if is_number else {}))
    return found


PAGE = "/neighborhood-weekly"
REPORT = Report(
    path=PAGE,
    title="Neighborhood weekly report",
    menu="Weekly report",
    purpose="What came in and what was closed in one neighborhood in the last 7 days, request by request.",
    order=4,
    controls=(
        controls.councils("Neighborhood council", is_single=True, default=(1,), at_most=1),
        controls.Period(days=7, label="Days"),
        controls.types(),
    ),
    rules=(
        "New is what was created in these days; closed is what was closed in them, whenever it was created.",
        "Net change is new minus closed: above zero, more came in than was closed.",
        report.OPEN_RULE,
        report.PLACE_RULE,
        report.FULL_DAY_RULE,
        report.TIME_RULE,
    ),
    picture="by-day",
    cards=(
        Card("numbers", "In numbers", numbers, is_wide=True, height=130),
        Card("by-day", "New and closed, day by day", by_day),
        Card(
            "by-type",
            "New requests by type",
            slices(PAGE, "new requests"),
            "Choose a slice to see that type alone.",
        ),
        Card("change-by-type", "Net change by type", change_by_type, is_wide=True),
        Card("requests", "Requests", requests, is_wide=True),
    ),
    aliases=("/dashboards/neighborhood_recent", "/reports/dashboards/neighborhood_recent"),
)
