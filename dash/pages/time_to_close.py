"""Time to close: how long requests take, month by month, by type and by neighborhood council."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data import closing, reference
from data.filters import COUNCIL, TYPE, Dimension
from data.source import Source
from data.table import Table
from figures import charts
from figures.colors import OTHERS, in_turn, type_colors
from frame import controls, report, words
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Number, Shown

LINES = 6
NAMES = {"median": ("median_days", "Median"), "p90": ("p90_days", "90th percentile")}
NOTHING = "No requests were closed in these months. Choose a longer period, or fewer filters."


def numbers(source: Source, selection: Selection) -> Shown:
    table = closing.overall(source, selection.filters)
    if not len(table):
        return Shown(table, "", why_empty=NOTHING)
    found = table.one()
    total = found["closed_requests"]
    shown = [
        Number("Closed requests", words.number(total)),
        Number("Median", words.plural(found["median_days"], "day"), "half were closed within"),
        Number("90th percentile", words.plural(found["p90_days"], "day"), "nine of ten were closed within"),
        Number("On the same day", words.share(found["same_day_requests"], total), "closed in 0 days"),
        Number(
            "Within a week", words.share(found["within_7_days_requests"], total), "closed in 7 days or less"
        ),
    ]
    return Shown(table, f"{words.plural(total, 'request')} closed.", numbers=shown)


def trend(source: Source, selection: Selection) -> Shown:
    table = closing.by_month(source, selection.filters)
    months = table.column("month")
    figure = charts.lines(
        [
            ("Median", months, table.column("median_days")),
            ("90th percentile", months, table.column("p90_days")),
        ],
        unit="days",
        y_title="Days from created to closed",
        by_month=True,
    )
    rows = list(table)
    summary = (
        f"From {words.month(rows[0]['month'])} to {words.month(rows[-1]['month'])} the median went from "
        f"{words.plural(rows[0]['median_days'], 'day')} to {words.plural(rows[-1]['median_days'], 'day')}."
        if rows
        else ""
    )
    return Shown(table, summary, figure, why_empty=NOTHING)


def compared(dimension: Dimension) -> Callable[[Source, Selection], Shown]:
    """A card with median and 90th percentile of each type or council."""

    def build(source: Source, selection: Selection) -> Shown:
        table = closing.by(source, dimension, selection.filters)
        figure = charts.ranges(
            table.column(dimension.name),
            table.column("median_days"),
            table.column("p90_days"),
            low_name="Median",
            high_name="90th percentile",
            unit="days",
        )
        slowest = next(iter(table), None)
        summary = f"Slowest: {slowest[dimension.name]}, {_days(slowest)}." if slowest else ""
        return Shown(table, summary, figure, is_scrollable=True, why_empty=NOTHING)

    return build


def trends(dimension: Dimension) -> Callable[[Source, Selection], Shown]:
    """A card with a line a month for each of the chosen, or largest, types or councils."""

    def build(source: Source, selection: Selection) -> Shown:
        table = _first(closing.by_and_month(source, dimension, selection.filters), LINES)
        column, title = NAMES[selection.choices["measure"]]
        series: dict[int, list[dict[str, Any]]] = {}
        for row in table:
            series.setdefault(row["_id"], []).append(row)
        figure = charts.lines(
            [
                (rows[0][dimension.name], [row["month"] for row in rows], [row[column] for row in rows])
                for rows in series.values()
            ],
            unit="days",
            y_title=f"{title}, days",
            colors=_colors(source, dimension, list(series)),
            by_month=True,
        )
        names = [rows[0][dimension.name] for rows in series.values()]
        summary = f"{title} by month of closing: {words.listed(names)}."
        return Shown(table, summary, figure, why_empty=NOTHING)

    return build


def _first(table: Table, groups: int) -> Table:
    chosen = set(list(dict.fromkeys(table.column("_id")))[:groups])
    return table.keep(row for row in table if row["_id"] in chosen)


def _colors(source: Source, dimension: Dimension, ids: list[int]) -> list[str]:
    if dimension != TYPE:
        return in_turn(len(ids))
    colors = type_colors(reference.types(source))
    return [colors.get(number, OTHERS) for number in ids]


def _days(row: dict[str, Any]) -> str:
    median, p90 = words.plural(row["median_days"], "day"), words.plural(row["p90_days"], "day")
    return f"median {median}, 90th percentile {p90}"


LARGEST = f"The {LINES} with the most closed requests; choose others above. All are in the card beside it."
REPORT = Report(
    path="/time-to-close",
    title="Time to close",
    purpose="How long requests take, month by month, by type and council: exact median and 90th percentile.",
    order=7,
    controls=(
        controls.Period(days=730, label="Closed"),
        controls.types(),
        controls.councils(),
        controls.Choice("measure", "Lines show", {"median": "Median", "p90": "90th percentile"}),
    ),
    rules=(
        "A request counts in the month in which it was closed; months are whole, the running one so far.",
        "Half were closed within the median, nine of ten within the 90th percentile; both are exact.",
        "Open requests have no time to close yet and are not in it, however old they are.",
        report.SAME_DAY_RULE,
        report.NO_COUNCIL_RULE,
        report.PLACE_RULE,
    ),
    covers="closed",
    picture="trend",
    cards=(
        Card("numbers", "In numbers", numbers, is_wide=True, height=130),
        Card("trend", "Days to close, month by month", trend, is_wide=True),
        Card("type-trend", "By request type, month by month", trends(TYPE), LARGEST),
        Card("by-type", "By request type", compared(TYPE), "Median and 90th percentile of the whole period."),
        Card("council-trend", "By neighborhood council, month by month", trends(COUNCIL), LARGEST),
        Card(
            "by-council",
            "By neighborhood council",
            compared(COUNCIL),
            "Median and 90th percentile of the period.",
        ),
    ),
)
