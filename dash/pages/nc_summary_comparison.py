"""Neighborhood summary and comparison: one council, or several beside each other and the average one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data import comparison
from data.counts import Step
from data.filters import SOURCE, TYPE, Dimension
from data.source import Source
from data.table import Table
from figures import charts, groups, histogram
from figures.colors import OTHERS, in_turn
from frame import controls, report, words
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Number, Shown

AT_MOST = 6
GROUPS = 10
NONE_CLOSED = "None of the requests created in this period are closed yet. Choose a longer period."


def numbers(source: Source, selection: Selection) -> Shown:
    table = comparison.totals(source, selection.filters)
    shown = [Number(row["council"], words.number(row["requests"]), _note(row)) for row in table]
    return Shown(table, "", numbers=shown, why_empty="There is no such council.")


def _note(row: dict[str, Any]) -> str:
    rate = row["per_10000_people"]
    parts = [
        f"{words.number(row['requests_a_day'])} a day",
        *([f"{words.number(rate)} per 10,000 people"] if rate is not None else []),
        f"{words.number(row['open_now'])} open now",
    ]
    return ", ".join(parts)


def over_time(source: Source, selection: Selection) -> Shown:
    step: Step = "month" if selection.days > 730 else "week" if selection.days > 92 else "day"
    table = comparison.over_time(source, step, selection.filters)
    series: dict[str, list[dict[str, Any]]] = {}
    for row in table:
        series.setdefault(row["council"], []).append(row)
    figure = charts.lines(
        [
            (name, [row[step] for row in rows], [row["requests"] for row in rows])
            for name, rows in series.items()
        ],
        unit="requests",
        colors=[*in_turn(len(series) - 1), OTHERS],
        y_title=f"Requests a {step}",
        whole=False,
    )
    totals = [f"{name} {words.number(round(_sum(rows)))}" for name, rows in series.items()]
    cut = "" if step == "day" else f" The first and the last {step} may be cut by the period."
    return Shown(table, f"Requests in the period: {words.listed(totals, AT_MOST + 1)}.{cut}", figure)


def _sum(rows: list[dict[str, Any]]) -> float:
    return sum(float(row["requests"]) for row in rows)


def shares(dimension: Dimension) -> Callable[[Source, Selection], Shown]:
    """A card with each council's share of the types or sources."""

    def build(source: Source, selection: Selection) -> Shown:
        table = comparison.shares(source, dimension, selection.filters)
        names = list(dict.fromkeys(table.column(dimension.name)))[:GROUPS]
        series = [
            _share(council, names, dimension, table) for council in dict.fromkeys(table.column("council"))
        ]
        figure = groups.lying(names, series, x_title="Percent of requests")
        more = len(set(table.column(dimension.name))) - len(names)
        rest = f" {words.plural(more, 'smaller one')} in the CSV file." if more > 0 else ""
        return Shown(table, f"The largest: {words.listed(names, 3)}.{rest}", figure)

    return build


def _share(
    council: str, names: list[str], dimension: Dimension, table: Table
) -> tuple[str, list[float], list[str]]:
    found = {row[dimension.name]: row for row in table if row["council"] == council}
    values = [found[name]["percent"] if name in found else 0.0 for name in names]
    numbers = [found[name]["requests"] if name in found else 0 for name in names]
    hover = [
        f"{council}, {name}: {words.plural(number, 'request')} ({percent}%)"
        for name, number, percent in zip(names, numbers, values, strict=True)
    ]
    return council, values, hover


def days_to_close(source: Source, selection: Selection) -> Shown:
    table = comparison.days_to_close(source, selection.filters)
    counted: dict[str, dict[int, int]] = {}
    for row in table:
        counted.setdefault(row["council"], {})[row["days"]] = row["requests"]
    if selection.choices["days"] == "typical":
        counted = {council: histogram.without_outliers(days) for council, days in counted.items()}
    kept = Table.of(
        table.columns,
        ((council, days, number) for council, cells in counted.items() for days, number in cells.items()),
    )
    bins = histogram.bins(max((days for cells in counted.values() for days in cells), default=0))
    series = [_histogram(council, cells, bins) for council, cells in counted.items()]
    figure = groups.upright(
        [histogram.label(one) for one in bins],
        series,
        y_title="Percent of closed requests",
        x_title="Whole days from created to closed",
    )
    medians = [f"{council} {histogram.median(cells)}" for council, cells in counted.items()]
    left_out = table.total("requests") - kept.total("requests")
    outliers = f" {words.plural(left_out, 'outlier')} left out." if left_out else ""
    return Shown(
        kept, f"Median days: {words.listed(medians, AT_MOST)}.{outliers}", figure, why_empty=NONE_CLOSED
    )


def _histogram(council: str, cells: dict[int, int], bins: list[range]) -> tuple[str, list[float], list[str]]:
    total = sum(cells.values())
    numbers = [sum(number for days, number in cells.items() if days in one) for one in bins]
    percents = [round(100 * number / total, 1) for number in numbers]
    hover = [
        f"{council}, {histogram.label(one)} days: {words.plural(number, 'request')} ({percent}%)"
        for one, number, percent in zip(bins, numbers, percents, strict=True)
    ]
    return council, percents, hover


REPORT = Report(
    path="/nc-summary-comparison",
    title="Neighborhood summary and comparison",
    menu="Compare",
    purpose="One neighborhood council in detail, or several beside each other and the average council.",
    order=6,
    controls=(
        controls.councils(default=(1, 2), at_most=AT_MOST),
        controls.Period(days=30),
        controls.types(),
        controls.Choice("days", "Days to close", {"typical": "Without outliers", "all": "All"}),
    ),
    rules=(
        "The average council: requests of all councils over their number; “No council” is not in it.",
        "Shares are of the council's own requests in the period.",
        "The histogram has the requests that were created in the period and are closed by now.",
        "Outliers lie beyond the quartiles by more than 1.5 times the distance between them.",
        report.SAME_DAY_RULE,
        report.PLACE_RULE,
        report.FULL_DAY_RULE,
    ),
    picture="over-time",
    cards=(
        Card("numbers", "Requests", numbers, is_wide=True, height=130),
        Card("over-time", "Requests over time", over_time, is_wide=True),
        Card("by-type", "By request type", shares(TYPE)),
        Card("by-source", "By source", shares(SOURCE)),
        Card("days-to-close", "Days to close", days_to_close, is_wide=True),
    ),
    aliases=(
        "/dashboards/nc_summary_comparison",
        "/dashboards/ncSumComp",
        "/reports/dashboards/nc_summary_comparison",
    ),
)
