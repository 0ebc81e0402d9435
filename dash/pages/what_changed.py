"""What changed: requests created, closed, reopened and gone, and each change with the values before it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date

from pandas import DataFrame, Series

from data import history
from data.filters import COUNCIL, TYPE, Dimension, Filters
from data.frames import daily, figures
from data.warehouse import Warehouse
from figures import charts, groups
from figures.colors import ACCENT, SECOND, THIRD
from report_kit import comparison, controls, text
from report_kit.card import grid_columns
from report_kit.common_cards import links_to
from report_kit.comparison import Baseline
from report_kit.content import CardContent, Number, nothing
from report_kit.report import Build, Card, Report
from report_kit.selection import Selection

PAGE = "/what-changed"
NO_HISTORY = "No run has found a change in this period. The history begins with the second run."
NO_HISTORY_BEFORE = "no comparison: the history does not reach back that far"
ALREADY_CLOSED = "including those already closed when they appeared"
SHOWN = 12
LINES = {"created": ACCENT, "closed": SECOND, "reopened": THIRD}
TITLES = {"sr_number": "SR number"}
WIDTHS = {"sr_number": 135, "type": 170, "council": 170, "day": 115, "what": 150}


def _since(warehouse: Warehouse) -> date:
    return history.first_day(warehouse) or date.max


def _baseline(warehouse: Warehouse, selection: Selection) -> Baseline | None:
    if comparison.wanted(selection) is None:
        return None
    return comparison.baseline_of(warehouse, selection, _since(warehouse))


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    since = _since(warehouse)
    if since > selection.last:
        return nothing(_unknown(since))
    (found,) = history.totals(warehouse, selection.filters).to_dict("records")
    rate = f"{found['reopened'] / found['closed']:.1%} of those closed" if found["closed"] else "none closed"
    net = found["net_change"]
    changed = _changes(warehouse, selection, found)
    shown = [
        Number("Created", text.number(found["created"]), changed("created", "new on the portal")),
        Number("Closed", text.number(found["closed"]), changed("closed", ALREADY_CLOSED)),
        Number("Reopened", text.number(found["reopened"]), changed("reopened", rate)),
        Number("Gone", text.number(found["gone"]), changed("gone", "the city deleted them")),
        Number("Net change", f"{net:+,}" if net else "0", "of open requests"),
    ]
    return CardContent(figures(found), numbers=shown)


def _unknown(since: date) -> str:
    """Why there are no numbers: zeros would say that nothing changed."""
    begins = "with the first run that finds a change" if since == date.max else f"on {text.day(since)}"
    return f"What changed in this period is unknown: the history begins {begins}."


def _changes(
    warehouse: Warehouse, selection: Selection, found: dict[Hashable, int]
) -> Callable[[str, str], str]:
    """A function from the name and usual note of a number to its change, if a comparison is chosen."""
    if comparison.wanted(selection) is None:
        return lambda _, otherwise: otherwise
    baseline = _baseline(warehouse, selection)
    if baseline is None:
        return lambda _, __: NO_HISTORY_BEFORE
    (before,) = history.totals(warehouse, baseline.filters).to_dict("records")
    return lambda name, _: baseline.change(found[name], before[name])


def by_day(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = history.by_day(warehouse, selection.filters)
    since, first = _since(warehouse), selection.first
    # Zeros before the history would say that nothing changed.
    series = _lines(frame, replace(selection.filters, first=max(first, min(since, selection.last))))
    baseline = _baseline(warehouse, selection)
    before: dict[str, Series] = {}
    if baseline:
        earlier = _lines(history.by_day(warehouse, baseline.filters), baseline.filters)
        before = {name: baseline.drawn(days, selection.filters) for name, days in earlier.items()}
    figure = charts.lines(
        series,
        unit="requests",
        colors=list(LINES.values()),
        before=before,
        before_name=baseline.name if baseline else "",
    )
    listed = [f"{text.number(int(days.sum()))} {name.lower()}" for name, days in series.items()]
    dashed = f" The dashed lines are {baseline.name}." if baseline else ""
    begins = f" The history begins on {text.day(since)}." if since > first else ""
    return CardContent(frame, f"{text.listed(listed)}.{dashed}{begins}", figure, why_empty=NO_HISTORY)


def _lines(frame: DataFrame, filters: Filters) -> dict[str, Series]:
    return {
        name.capitalize(): daily(frame, filters.first, filters.last, name) if len(frame) else frame[name]
        for name in LINES
    }


def by(dimension: Dimension) -> Build:
    """Created, closed and reopened by a dimension, most changes first; a bar links to its changes.

    The table and the CSV also have the other counts, for every name.
    """

    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        frame = history.by(warehouse, selection.filters, dimension)
        links = links_to(warehouse, selection, dimension, PAGE, frame[dimension.name])
        shown = frame.head(SHOWN)
        names = shown[dimension.name].tolist()
        ordered = [links[one] for one in names]
        series = [
            groups.OneSeries.of(name.capitalize(), names, shown[name].tolist(), ordered) for name in LINES
        ]
        rest = len(frame) - len(shown)
        more = f" The figure shows the top {SHOWN}; the table has {rest} more." if rest else ""
        summary = f"Most changes: {names[0]}.{more}" if names else ""
        figure = groups.horizontal(names, series, x_title="Requests")
        return CardContent(frame, summary, figure, links=links, why_empty=NO_HISTORY)

    return build


def changes(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = history.newest(warehouse, selection.filters)
    if len(frame) < history.LISTED:
        summary = f"{text.plural(len(frame), 'change')}, newest first."
    else:
        summary = f"The newest {history.LISTED:,} changes; choose fewer days or more filters to see others."
    columns = grid_columns(frame, TITLES, wide="after", widths=WIDTHS)
    return CardContent(frame, summary, columns=columns, why_empty=NO_HISTORY)


REPORT = Report(
    path=PAGE,
    title="What changed",
    menu="Changes",
    purpose="Requests created, closed, reopened and deleted in the last 7 days, with the values before.",
    order=8,
    controls=(
        controls.Period(days=7, label="Days"),
        comparison.compare("previous"),
        controls.groups(),
        controls.types(),
        controls.councils(),
    ),
    rules=(
        "A change is a difference from the previous run; several changes between two runs count as one.",
        "It counts on the day before its run; the city's own date may differ.",
        "Reopened: closed before and open now. Gone: no longer published by the city.",
        "A request counts in the {area} and type that it has after the change.",
        "Net change is the change in the number of open requests.",
        "Calls for information are left out, and so are changes caused only by our own rules.",
    ),
    picture="by-day",
    covers="nothing",
    since=_since,
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("by-day", "Created, closed and reopened by day", by_day, is_wide=True),
        Card("by-type", "By type", by(TYPE)),
        Card("by-council", "By {area}", by(COUNCIL)),
        Card("changes", "Changes", changes, "Changed fields, before and after.", is_wide=True),
    ),
)
