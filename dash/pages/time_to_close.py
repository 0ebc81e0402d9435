"""Time to close: how long requests take to close, by month, type and area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pandas import DataFrame, DatetimeIndex, Series, Timestamp

from data import closing
from data.catalog import CLOSED
from data.counts import count
from data.filters import COUNCIL, GROUP, TYPE, Dimension
from data.reference import ids_by_name
from data.warehouse import Warehouse
from figures import charts
from report_kit import controls, report, text
from report_kit.common_cards import links_to, no_council_last
from report_kit.comparison import baseline_of, compare
from report_kit.content import TABLE_ROWS, CardContent, Number
from report_kit.list_link import list_link
from report_kit.report import Build, Card, Report
from report_kit.selection import Selection

PAGE = "/time-to-close"
LINES = 6
MEASURES = {"median": ("median_days", "Median"), "p90": ("p90_days", "90th percentile")}
NOTHING = "No requests were closed in these months. Choose a longer period or fewer filters."
SHOWN = ["closed_requests", "median_days", "p90_days"]


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = closing.statistics(warehouse, selection.filters)
    frame = frame[[*SHOWN, "same_day_requests", "within_7_days_requests"]]
    if not len(frame):
        return CardContent(frame, why_empty=NOTHING)
    found, total = frame.iloc[0], frame["closed_requests"].iloc[0]
    was = _was(warehouse, selection)
    closed = list_link(selection, by_closing=True)
    shown = [
        Number(
            "Median",
            text.plural(found["median_days"], "day"),
            was.get("median_days", "half were closed within"),
            about="median",
        ),
        Number(
            "90th percentile",
            text.plural(found["p90_days"], "day"),
            was.get("p90_days", "nine out of ten were closed within"),
            about="p90",
        ),
        Number("Closed requests", text.number(total), was.get("closed", ""), closed, "closed"),
        Number(
            "On the same day",
            text.share(found["same_day_requests"], total),
            "closed in 0 days",
            about="same-day",
        ),
        Number(
            "Within a week",
            text.share(found["within_7_days_requests"], total),
            "closed in 7 days or less",
            about="same-day",
        ),
    ]
    return CardContent(frame, numbers=shown)


def _was(warehouse: Warehouse, selection: Selection) -> dict[str, str]:
    """Notes with the percentiles of the comparison months, and the requests closed on the compared days."""
    baseline = baseline_of(warehouse, selection)
    before = closing.statistics(warehouse, baseline.filters) if baseline else DataFrame()
    if baseline is None or not len(before):
        return {}
    row, months = before.iloc[0], baseline.months
    notes = {name: f"{text.plural(row[name], 'day')} in {months}" for name in ("median_days", "p90_days")}
    now, then = (
        int(count(warehouse, filters, "day", population=CLOSED)["requests"].sum())
        for filters in (selection.filters, baseline.filters)
    )
    return notes | {"closed": baseline.change(now, then)}


def trend(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = closing.statistics(warehouse, selection.filters, by_month=True)[["month", *SHOWN]]
    months, baseline = _months(frame, selection), baseline_of(warehouse, selection)
    figure = charts.lines(
        {"Median": months["median_days"], "90th percentile": months["p90_days"]},
        unit="days",
        y_title="Days from created to closed",
        by_month=True,
        notes=dict.fromkeys(("Median", "90th percentile"), _notes(months["closed_requests"])),
        before=_before(warehouse, selection, months.index),
        before_name=baseline.months if baseline else "",
    )
    lists = [_month_list(selection, month) for month in frame["month"]]
    return CardContent(frame, _from_to(frame, selection), figure, lists=lists, why_empty=NOTHING)


def _before(warehouse: Warehouse, selection: Selection, months: DatetimeIndex) -> dict[str, Series]:
    """The lines for the same number of months before, or for the same months a year earlier."""
    baseline = baseline_of(warehouse, selection)
    if baseline is None:
        return {}
    found = closing.statistics(warehouse, baseline.filters, by_month=True).set_index("month")
    then = pd.period_range(baseline.filters.first, baseline.filters.last, freq="M").start_time
    found = found.reindex(then).set_axis(months)
    return {"Median": found["median_days"], "90th percentile": found["p90_days"]}


def _month_list(
    selection: Selection, month: Timestamp, narrowed: Mapping[Dimension, Sequence[int]] | None = None
) -> str:
    """The list of requests closed in a month; the last month ends with the selection."""
    end = min((month + pd.offsets.MonthEnd(1)).date(), selection.last)
    return list_link(selection, narrowed, first=month.date(), last=end, by_closing=True)


def _from_to(frame: DataFrame, selection: Selection) -> str:
    """How the median changed between the first and the last month with enough closed requests."""
    often = frame[frame["closed_requests"] >= text.SMALL_BASE]
    if len(often) < 2:
        return ""
    first, last = often.iloc[0], often.iloc[-1]
    is_partial = (last["month"] + pd.offsets.MonthEnd(1)).date() > selection.last
    months = text.month(first["month"]), text.month(last["month"]) + (" so far" if is_partial else "")
    days = text.plural(first["median_days"], "day"), text.plural(last["median_days"], "day")
    if days[0] == days[1]:
        return f"The median was {days[0]} in both {months[0]} and {months[1]}."
    return f"From {months[0]} to {months[1]} the median went from {days[0]} to {days[1]}."


def _months(frame: DataFrame, selection: Selection) -> DataFrame:
    """Every month of the period, so that months without closed requests are gaps."""
    months = pd.period_range(selection.first, selection.last, freq="M").start_time
    return frame.set_index("month")[SHOWN].reindex(months)


def _notes(closed: Series) -> list[str]:
    return [f", of {number:,.0f} closed" for number in closed.fillna(0)]


def compared(dimension: Dimension) -> Build:
    """A card with median and 90th percentile of each group, type or council."""

    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        name = dimension.name
        frame = closing.statistics(warehouse, selection.filters, dimension)[[name, *SHOWN]]
        is_small = frame["closed_requests"] < text.SMALL_BASE
        frame = no_council_last(warehouse, dimension, pd.concat([frame[~is_small], frame[is_small]]))
        ids = ids_by_name(warehouse, dimension)
        # By row, not by name: two types may share one.
        lists = [list_link(selection, {dimension: ids[one]}, by_closing=True) for one in frame[name]]
        figure = charts.ranges(
            frame[name],
            frame["median_days"],
            frame["p90_days"],
            titles=("Median", "90th percentile"),
            unit="days",
            counts=frame["closed_requests"],
            small=text.SMALL_BASE,
            links=lists,
        )
        links = links_to(warehouse, selection, dimension, PAGE, frame[name])
        summary = _slowest(frame[~(frame["closed_requests"] < text.SMALL_BASE)], name)
        return CardContent(
            frame,
            summary,
            figure,
            links=links,
            lists=lists,
            is_scrollable=True,
            why_empty=NOTHING,
        )

    return build


def _slowest(often: DataFrame, name: str) -> str:
    if not len(often):
        return f"None has {text.SMALL_BASE} or more closed requests."
    row: Series = often.iloc[0]
    median, p90 = text.plural(row["median_days"], "day"), text.plural(row["p90_days"], "day")
    of = f"of {row['closed_requests']:,} closed"
    return f"Slowest: {row[name]}, median {median}, 90th percentile {p90}, {of}."


def trends(dimension: Dimension) -> Build:
    """A card with a line for each of the largest groups, types or councils. The CSV has all of them."""

    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        name = dimension.name
        frame = closing.statistics(warehouse, selection.filters, dimension, by_month=True, with_ids=True)
        ids, frame[name] = frame[dimension.id], _told_apart(frame, dimension)
        frame = frame[[name, "month", *SHOWN]]
        column, title = MEASURES[selection.choices["measure"]]
        index = pd.period_range(selection.first, selection.last, freq="M").start_time
        wide = frame.pivot(index="month", columns=name, values=[column, "closed_requests"]).reindex(index)
        largest = _largest(warehouse, frame, dimension)
        figure = charts.lines(
            {one: wide[column, one] for one in largest},
            unit="days",
            y_title=f"{title}, days",
            by_month=True,
            notes={one: _notes(wide["closed_requests", one]) for one in largest},
        )
        summary = f"{title} by month of closing: {text.listed(largest)}."
        lists = [
            _month_list(selection, month, {dimension: [one]})
            for one, month in zip(ids.head(TABLE_ROWS), frame["month"].head(TABLE_ROWS), strict=True)
        ]
        return CardContent(frame, summary, figure, lists=lists, why_empty=NOTHING)

    return build


def _told_apart(frame: DataFrame, dimension: Dimension) -> Series:
    """The names; those that two groups share are followed by the id."""
    names, ids = frame[dimension.name], frame[dimension.id]
    is_shared = ids.groupby(names).transform("nunique") > 1
    return names.where(~is_shared, names + " (" + ids.astype(str) + ")")


def _largest(warehouse: Warehouse, frame: DataFrame, dimension: Dimension) -> list[Any]:
    totals = (
        frame.groupby(dimension.name)["closed_requests"].sum().sort_values(ascending=False, kind="stable")
    )
    ordered = no_council_last(warehouse, dimension, totals.reset_index())
    return list(ordered[dimension.name].head(LINES))


LARGEST = f"The {LINES} with the most closed requests; choose others above. The CSV has all of them."
SMALL = f"Gray: fewer than {text.SMALL_BASE} closed requests, listed last."
REPORT = Report(
    path=PAGE,
    title="Time to close",
    purpose="How long requests take to close, by month, type and area: exact median and 90th percentile.",
    order=11,
    controls=(
        controls.Period(months=24, label="Closed"),
        compare(),
        controls.groups(),
        controls.types(),
        controls.regions(),
        controls.councils(),
        controls.Choice("measure", "Lines show", {"median": "Median", "p90": "90th percentile"}),
    ),
    rules=(
        "A request counts in the month in which it was closed; months are whole, except the current one.",
        "Half were closed within the median, nine out of ten within the 90th percentile; both are exact.",
        "Open requests have no time to close yet and are not included, no matter how old they are.",
        report.SAME_DAY_RULE,
        report.CLOSED_RULE,
        report.NO_COUNCIL_RULE,
        *report.COUNTING_RULES,
    ),
    covers="closed",
    picture="trend",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("trend", "Days to close by month", trend, is_wide=True),
        Card("group-trend", "By type group and month", trends(GROUP), LARGEST),
        Card("by-group", "By type group", compared(GROUP), SMALL),
        Card("type-trend", "By request type and month", trends(TYPE), LARGEST),
        Card("by-type", "By request type", compared(TYPE), SMALL),
        Card("council-trend", "By {area} and month", trends(COUNCIL), LARGEST),
        Card("by-council", "By {area}", compared(COUNCIL), SMALL),
    ),
)
