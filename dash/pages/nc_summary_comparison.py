"""Neighborhood summary and comparison: one council, or several side by side with the average council."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from pandas import DataFrame, Series

from data import closing, counts
from data.catalog import OPEN
from data.counts import Step, count
from data.filters import COUNCIL, NO_COUNCIL, SOURCE, TYPE, Dimension
from data.frames import records
from data.population import by_council
from data.reference import ids_by_name
from data.warehouse import Warehouse
from figures import charts, groups
from figures.colors import OTHERS, cycle_colors
from report_kit import controls, report, text
from report_kit.common_cards import lists_of
from report_kit.comparison import Baseline, baseline_of, by_day, compare, with_change
from report_kit.content import NO_MATCH, CardContent, Number
from report_kit.list_link import list_link
from report_kit.report import Build, Card, Report
from report_kit.selection import Selection
from report_kit.time_cards import steps_of

AT_MOST = 6
COMPARED = 2
"""With more councils than this, no dashed comparison lines are drawn."""
GROUPS = 10
BINS = 30
AVERAGE = "Average council"
NONE_CLOSED = "None of the requests created in this period have been closed yet. Choose a longer period."


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = by_council(warehouse, selection.filters)
    frame = frame[frame["council_id"].isin(selection.filters.councils)].sort_values("council")
    is_open = count(warehouse, selection.filters, COUNCIL, population=OPEN).set_index("council")["requests"]
    frame = DataFrame(
        {
            "council": frame["council"],
            "requests": frame["requests"],
            "requests_a_day": (frame["requests"] / selection.days).map(text.rounded),
            "per_10000_people": frame["per_10000"].map(text.rounded),
            "open_now": frame["council"].map(is_open).fillna(0).astype("int64"),
        }
    )
    frame, baseline = _with_before(warehouse, selection, frame), baseline_of(warehouse, selection)
    lists = lists_of(warehouse, selection, COUNCIL, frame["council"], ())
    shown = [
        Number(
            row["council"],
            text.number(row["requests"]),
            _note(row, baseline),
            lists[row["council"]],
            "requests",
        )
        for row in records(frame)
    ]
    return CardContent(with_change(frame), numbers=shown)


def _with_before(warehouse: Warehouse, selection: Selection, frame: DataFrame) -> DataFrame:
    baseline = baseline_of(warehouse, selection)
    if baseline is None:
        return frame
    before = count(warehouse, baseline.filters, COUNCIL).set_index("council")["requests"]
    return frame.assign(requests_before=frame["council"].map(before).fillna(0).astype("int64"))


def _note(row: dict[str, Any], baseline: Baseline | None) -> str:
    rate = row["per_10000_people"]
    parts = [baseline.change(row["requests"], row["requests_before"])] if baseline else []
    parts += [f"{text.number(row['requests_a_day'])} a day"]
    parts += [] if rate is None else [f"{text.number(rate)} per 10,000 people"]
    return ", ".join([*parts, f"{text.number(row['open_now'])} open now"])


def over_time(warehouse: Warehouse, selection: Selection) -> CardContent:
    step: Step = "month" if selection.days > 730 else "week" if selection.days > 92 else "day"
    exact = _by_step(warehouse, selection, step)
    wide = exact.round(2)
    colors = [*cycle_colors(len(wide.columns) - 1), OTHERS]
    series = {name: wide[name] for name in wide}
    baseline = baseline_of(warehouse, selection)
    figure = charts.lines(
        series,
        unit="requests",
        colors=colors,
        y_title=f"Requests a {step}",
        hover=":,.2~f",
        links=_lists(warehouse, selection, wide) if step == "day" else {},
        before=_before(warehouse, selection, step, wide),
        before_name=baseline.name if baseline else "",
    )
    totals = [f"{name} {text.number(total)}" for name, total in exact.sum().items()]
    frame = wide.rename_axis(step).reset_index().melt(step, var_name="council", value_name="requests")
    return CardContent(
        frame,
        f"Requests in the period: {text.listed(totals, AT_MOST + 1)}.{_partial(selection, step)}",
        figure,
    )


def _lists(warehouse: Warehouse, selection: Selection, wide: DataFrame) -> dict[str, str]:
    ids = ids_by_name(warehouse, COUNCIL)
    return {
        name: list_link(selection, {COUNCIL: ids[name]}, each_day=True) if name in ids else ""
        for name in wide
    }


def _before(warehouse: Warehouse, selection: Selection, step: Step, wide: DataFrame) -> dict[str, Series]:
    """The lines of the comparison period, if there are few enough councils to tell the lines apart."""
    baseline, councils = baseline_of(warehouse, selection), [name for name in wide if name != AVERAGE]
    if baseline is None or len(councils) > COMPARED:
        return {}
    steps, ids = steps_of(selection.filters, step), ids_by_name(warehouse, COUNCIL)
    found = {}
    for name in councils:
        days = by_day(warehouse, replace(baseline.filters, councils=tuple(ids[name])))
        if step == "day":
            found[name] = baseline.drawn(days, selection.filters)
        else:
            found[name] = baseline.steps(days, steps, selection.filters).set_axis(wide.index)
    return found


def _partial(selection: Selection, step: Step) -> str:
    """Which steps at the ends are only partly in the period."""
    steps = steps_of(selection.filters, step)
    is_cut = {
        "first": steps[0].start_time.date() < selection.first,
        "last": steps[-1].end_time.date() > selection.last,
    }
    names = [name for name in is_cut if is_cut[name]]
    verb = "are" if len(names) > 1 else "is"
    return f" The {' and the '.join(names)} {step} {verb} only partly in the period." if names else ""


def _by_step(warehouse: Warehouse, selection: Selection, step: Step) -> DataFrame:
    """A column for each chosen council, and one for the average: all requests divided by all councils."""
    councils = ids_by_name(warehouse, COUNCIL)
    inside = tuple(one for ids in councils.values() for one in ids if one != NO_COUNCIL)
    chosen = [name for name, ids in councils.items() if {*ids} & {*selection.filters.councils}]
    starts = steps_of(selection.filters, step).start_time
    own = count(warehouse, selection.filters, COUNCIL, step)
    wide = own.pivot_table(index=step, columns="council", values="requests", aggfunc="sum")
    wide = wide.reindex(index=starts, columns=chosen).fillna(0)
    everyone = replace(selection.filters, councils=inside)
    city = count(warehouse, everyone, step).set_index(step)["requests"]
    return wide.assign(**{AVERAGE: city.reindex(starts, fill_value=0) / len(inside)})


def shares(dimension: Dimension) -> Build:
    """A card with each council's share of the types or sources."""

    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        name = dimension.name
        frame = count(warehouse, selection.filters, COUNCIL, dimension)
        frame["percent"] = (
            100 * frame["requests"] / frame.groupby("council")["requests"].transform("sum")
        ).round(1)
        order = frame.groupby(name)["requests"].sum().sort_values(ascending=False, kind="stable").index
        largest = list(order[:GROUPS])
        ids, councils = ids_by_name(warehouse, dimension), ids_by_name(warehouse, COUNCIL)
        series = [
            _share(
                council,
                rows.set_index(name),
                largest,
                [list_link(selection, {COUNCIL: councils[council], dimension: ids[one]}) for one in largest],
            )
            for council, rows in frame.groupby("council")
        ]
        figure = groups.horizontal(largest, series, x_title="Percent of requests")
        more = len(order) - len(largest)
        rest = f" {text.plural(more, 'smaller one')} in the CSV file." if more > 0 else ""
        return CardContent(frame, f"The largest: {text.listed(largest, 3)}.{rest}", figure)

    return build


def _share(council: str, rows: DataFrame, names: list[str], links: list[str]) -> groups.OneSeries:
    known = rows[["requests", "percent"]].reindex(names).fillna(0)
    hover = [
        f"{council}, {name}: {text.plural(int(row['requests']), 'request')} ({row['percent']}%)"
        for name, row in known.iterrows()
    ]
    return groups.OneSeries(council, known["percent"].tolist(), hover, links)


def days_to_close(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = closing.days(warehouse, selection.filters)
    if not len(frame):
        has_requests = counts.total(warehouse, selection.filters) > 0
        return CardContent(frame, why_empty=NONE_CLOSED if has_requests else NO_MATCH)
    cells = {council: rows.set_index("days")["requests"] for council, rows in frame.groupby("council")}
    is_typical = selection.choices["days"] == "typical"
    longest = max(typical_days(days) if is_typical else days.index.max() for days in cells.values())
    edges = bins(longest)
    councils = ids_by_name(warehouse, COUNCIL)
    series = [
        _histogram(council, days, edges)._replace(
            links=[
                list_link(selection, {COUNCIL: councils[council]}, days_to_close=(first, end - 1))
                for first, end in edges
            ]
        )
        for council, days in cells.items()
    ]
    labels = [label(first, end) for first, end in edges]
    figure = groups.vertical(
        labels, series, y_title="Percent of closed requests", x_title="Whole days from created to closed"
    )
    medians = [f"{council} {quantile(days, 0.5)} (of {days.sum():,})" for council, days in cells.items()]
    beyond = int(frame["requests"][frame["days"] >= edges[-1][1]].sum())
    cut = f" {text.plural(beyond, 'request')} beyond {edges[-1][1] - 1} days not drawn." if beyond else ""
    return CardContent(frame, f"Median days: {text.listed(medians, AT_MOST)}.{cut}", figure)


def quantile(days: Series, share: float) -> int:
    """The smallest number of days within which that share was closed, from counts by days."""
    return int(np.quantile(days.index, share, weights=days, method="inverted_cdf"))


def typical_days(days: Series) -> int:
    """The largest value that is not an outlier: up to 1.5 interquartile ranges above the upper quartile."""
    low, high = quantile(days, 0.25), quantile(days, 0.75)
    return int(days.index[days.index <= high + 1.5 * (high - low)].max())


def bins(largest: int) -> list[tuple[int, int]]:
    """Bins of equal width in whole days: the first day, and the day after the last."""
    width = largest // BINS + 1
    return [(start, start + width) for start in range(0, largest + 1, width)]


def label(first: int, end: int) -> str:
    """The label of a bin, such as 5, or 5 to 9."""
    return str(first) if end - first == 1 else f"{first} to {end - 1}"


def _histogram(council: str, days: Series, edges: list[tuple[int, int]]) -> groups.OneSeries:
    """Shares of all closed requests, including those beyond the last bin."""
    counted = [int(days[(days.index >= first) & (days.index < end)].sum()) for first, end in edges]
    percents = [round(100 * number / int(days.sum()), 1) for number in counted]
    hover = [
        f"{council}, {label(*one)} days: {text.plural(number, 'request')} ({percent}%)"
        for one, number, percent in zip(edges, counted, percents, strict=True)
    ]
    return groups.OneSeries(council, percents, hover)


REPORT = Report(
    path="/nc-summary-comparison",
    title="{neighborhood} summary and comparison",
    menu="Compare",
    purpose="One {area} in detail, or several side by side with the average.",
    order=10,
    controls=(
        controls.councils(default=controls.busiest(COUNCIL, 2), at_most=AT_MOST),
        controls.Period(days=30),
        compare(),
        controls.groups(),
        controls.types(),
        controls.Choice("days", "Days to close", {"typical": "Without outliers", "all": "All"}),
    ),
    rules=(
        "The average council: requests of all councils divided by their number, without “No council”.",
        "Shares are relative to the council's own requests in the period.",
        "The histogram covers requests that were created in the period and have been closed since.",
        "Medians and percentages include all of these, even if outliers are not drawn.",
        "Outliers lie more than 1.5 times the interquartile range above the upper quartile.",
        report.SAME_DAY_RULE,
        *report.COUNTING_RULES,
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
