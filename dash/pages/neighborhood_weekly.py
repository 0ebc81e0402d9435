"""Neighborhood weekly report: what came in, what was closed, and each of these requests."""

from __future__ import annotations

from pandas import DataFrame, Series

from data import changes, counts
from data.filters import COUNCIL, TYPE
from data.frames import daily, figures, records
from data.reference import ids_by_name
from data.warehouse import Warehouse
from figures import charts, groups
from figures.colors import ACCENT, SECOND
from pages import brief
from report_kit import controls, report, text
from report_kit.card import grid_columns
from report_kit.common_cards import bars_by
from report_kit.comparison import Baseline, baseline_of, compare
from report_kit.content import CardContent, Number, nothing
from report_kit.list_link import list_link
from report_kit.report import Card, Report
from report_kit.selection import Selection

PAGE = "/neighborhood-weekly"
LISTED_DAYS = 31
TOO_LONG = f"Individual requests are listed for up to {LISTED_DAYS} days. Choose a shorter period."
TITLES = {
    "sr_number": "SR number",
    "new_requests": "New",
    "closed_requests": "Closed",
    "on_map": "On map",
}
WIDTHS = {"sr_number": 115, "type": 150, "created": 120, "closed": 120, "counted_as": 120, "agency": 150}
WIDTHS |= {"source": 110, "on_map": 90}
CHANGES = ["new_requests", "closed_requests", "net_change"]


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    new, closed, net = changes.by(warehouse, selection.filters, "day")[CHANGES].sum()
    still_open = counts.open_now(warehouse, selection.filters)
    baseline = baseline_of(warehouse, selection)
    then = changes.by(warehouse, baseline.filters, "day")[CHANGES].sum() if baseline else None
    shown = [
        Number(
            "New",
            text.number(new),
            _note(baseline, new, then, "new_requests") or "created in this period",
            list_link(selection),
            "requests",
        ),
        Number(
            "Closed",
            text.number(closed),
            _note(baseline, closed, then, "closed_requests") or "closed in this period, whenever created",
            list_link(selection, by_closing=True),
            "closed",
        ),
        Number("Net change", f"{net:+,}" if net else "0", "new minus closed", about="net"),
        Number(
            "Open now",
            text.number(still_open),
            "of any age",
            list_link(selection, status="open", any_age=True),
            "open",
        ),
    ]
    value = {"new": new, "closed": closed, "net_change": net, "open_now": still_open}
    return CardContent(figures(value), numbers=shown)


def _note(baseline: Baseline | None, now: int, then: Series | None, name: str) -> str:
    return baseline.change(now, int(then[name])) if baseline and then is not None else ""


def by_day(warehouse: Warehouse, selection: Selection) -> CardContent:
    found = changes.by(warehouse, selection.filters, "day")
    days = {name: daily(found, selection.first, selection.last, name) for name in CHANGES}
    series = {"New": days["new_requests"], "Closed": days["closed_requests"]}
    before = _before(warehouse, selection)
    baseline = baseline_of(warehouse, selection)
    figure = charts.lines(
        series,
        unit="requests",
        colors=[ACCENT, SECOND],
        links={
            "New": list_link(selection, each_day=True),
            "Closed": list_link(selection, each_day=True, by_closing=True),
        },
        before=before,
        before_name=baseline.name if baseline else "",
    )
    new, closed = int(series["New"].sum()), int(series["Closed"].sum())
    summary = f"{text.plural(new, 'new request')}, {text.number(closed)} closed."
    frame = DataFrame(days).rename_axis("day").reset_index()
    return CardContent(frame, summary, figure)


def _before(warehouse: Warehouse, selection: Selection) -> dict[str, Series]:
    """New and closed in the comparison period."""
    baseline = baseline_of(warehouse, selection)
    if baseline is None:
        return {}
    found, filters = changes.by(warehouse, baseline.filters, "day"), baseline.filters
    return {
        title: baseline.drawn(daily(found, filters.first, filters.last, name), selection.filters)
        for title, name in {"New": "new_requests", "Closed": "closed_requests"}.items()
    }


def change_by_type(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = changes.by(warehouse, selection.filters, TYPE)
    names = frame["type"].tolist()
    ids = ids_by_name(warehouse, TYPE)
    new = [list_link(selection, {TYPE: ids[name]}) for name in names]
    closed = [list_link(selection, {TYPE: ids[name]}, by_closing=True) for name in names]
    series = [
        groups.OneSeries.of("New", names, frame["new_requests"].tolist(), new),
        groups.OneSeries.of("Closed", names, frame["closed_requests"].tolist(), closed),
    ]
    figure = groups.horizontal(names, series, x_title="Requests")
    grew = frame[frame["net_change"] > 0].sort_values("net_change", ascending=False, kind="stable")
    listed = [f"{row['type']} ({row['net_change']:+,})" for row in records(grew)]
    summary = (
        f"More new than closed: {text.listed(listed)}." if listed else "No type has more new than closed."
    )
    return CardContent(frame, summary, figure, lists=new)


def requests(warehouse: Warehouse, selection: Selection) -> CardContent:
    if selection.days > LISTED_DAYS:
        return nothing(TOO_LONG)
    frame = changes.requests(warehouse, selection.filters)
    summary = f"{text.plural(len(frame), 'request')} created or closed in this period."
    columns = grid_columns(frame, TITLES, wide="address", widths=WIDTHS)
    return CardContent(frame, summary, columns=columns)


REPORT = Report(
    path=PAGE,
    title="{neighborhood} weekly report",
    menu="Weekly",
    purpose="What came in and what was closed in one {neighborhood} in the last 7 days, request by request.",
    order=6,
    controls=(
        controls.councils(label="{area}", is_single=True, default=controls.busiest(COUNCIL), at_most=1),
        controls.Period(days=7, label="Days"),
        compare("previous"),
        controls.groups(),
        controls.types(),
    ),
    rules=(
        (
            "New requests were created in this period; closed requests were closed in it, whenever "
            "they were created."
        ),
        "Net change is new minus closed: above zero, more requests came in than were closed.",
        report.OPEN_RULE,
        *report.COUNTING_RULES,
        report.FULL_DAY_RULE,
        report.TIME_RULE,
    ),
    picture="by-day",
    related=brief.related,
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("by-day", "New and closed by day", by_day),
        Card(
            "by-type",
            "New requests by type",
            bars_by(TYPE, PAGE, unit="new requests"),
            "Select a bar to list its requests.",
        ),
        Card("change-by-type", "New and closed by type", change_by_type, is_wide=True),
        Card("requests", "Requests", requests, is_wide=True),
    ),
    aliases=("/dashboards/neighborhood_recent", "/reports/dashboards/neighborhood_recent"),
)
