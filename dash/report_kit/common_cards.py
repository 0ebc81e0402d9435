"""Cards that several reports share: sorted bars, lines by type, days of the week."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from pandas import DataFrame, Series

from data import reference
from data.counts import count
from data.filters import DISTRICT, NO_COUNCIL, TYPE, Dimension, Filters
from data.frames import daily, with_others
from data.warehouse import Warehouse
from figures import charts
from figures.colors import ACCENT, OTHERS, cycle_colors
from report_kit import text
from report_kit.comparison import Baseline, baseline_of, joined, with_change
from report_kit.content import TABLE_ROWS, CardContent, nothing
from report_kit.list_link import list_link
from report_kit.report import Build
from report_kit.rows_table import Column
from report_kit.selection import Selection

NO_DISTRICTS = "The city publishes no city council district with its requests."
BARS = 12
LINES = 7
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def where_published(build: Build) -> Build:
    """The card by district for a city that publishes districts; for others, a sentence that it does not."""

    def build_or_say(warehouse: Warehouse, selection: Selection) -> CardContent:
        has_districts = len(reference.ids_by_name(warehouse, DISTRICT)) > 1
        return build(warehouse, selection) if has_districts else nothing(NO_DISTRICTS)

    return build_or_say


def spoken(warehouse: Warehouse, columns: Sequence[Column]) -> list[Column]:
    """The columns with titles worded for the city."""
    say = warehouse.facts().city.spoken
    return [column._replace(title=say(column.title)) for column in columns]


Counted = Callable[[Warehouse, Selection, Filters], DataFrame]
"""Requests by the names of a dimension, for the days of these filters."""


def bars_by(
    dimension: Dimension,
    path: str,
    *,
    top: int | None = BARS,
    unit: str = "requests",
    counted: Counted | None = None,
) -> Build:
    """Requests by a dimension, largest first; a bar links to the list of its requests.

    The figure has the ``top`` largest groups and the rest as one bar; its table and CSV have every group,
    each linked to the report at ``path`` for that group only. A mark shows the comparison period. ``counted``
    is for reports that select by more than filters.
    """

    def counts(warehouse: Warehouse, selection: Selection, filters: Filters) -> DataFrame:
        return counted(warehouse, selection, filters) if counted else count(warehouse, filters, dimension)

    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        name = dimension.name
        found = counts(warehouse, selection, selection.filters)
        if baseline := baseline_of(warehouse, selection):
            found = joined(found, counts(warehouse, selection, baseline.filters), name)
        frame = no_council_last(warehouse, dimension, found)
        shown = with_others(frame, name, top) if top else frame
        lists = lists_of(warehouse, selection, dimension, frame[name], shown[name])
        figure = charts.horizontal_bars(
            shown[name],
            shown["requests"],
            unit=unit,
            color=[ACCENT if one in set(frame[name]) else OTHERS for one in shown[name]],
            links=[lists[one] for one in shown[name]],
            marks=shown["requests_before"] if baseline else (),
            marks_name=baseline.name if baseline else "",
        )
        return CardContent(
            with_change(frame),
            " ".join(filter(None, (text.leader(frame, name), marked(baseline)))),
            figure,
            links=links_to(warehouse, selection, dimension, path, frame[name]),
            lists=[lists[one] for one in frame[name]],
            is_scrollable=top is None,
        )

    return build


def marked(baseline: Baseline | None) -> str:
    """Explains the marks across bars."""
    return f"The marks are {baseline.name}." if baseline else ""


def lists_of(
    warehouse: Warehouse, selection: Selection, dimension: Dimension, names: Series, shown: Sequence[str]
) -> dict[str, str]:
    """Name → the list of its requests; a shown name that is not in ``names`` stands for those not shown."""
    ids = reference.ids_by_name(warehouse, dimension)
    lists = {name: list_link(selection, {dimension: ids[name]}) for name in names}
    rest = [one for name in names if name not in set(shown) for one in ids[name]]
    return lists | {name: list_link(selection, {dimension: rest}) for name in shown if name not in lists}


def no_council_last(warehouse: Warehouse, dimension: Dimension, frame: DataFrame) -> DataFrame:
    """The frame with the group with id 0, such as "No council", moved to the end."""
    ids = reference.ids_by_name(warehouse, dimension)
    is_outside = frame[dimension.name].map(lambda name: ids.get(name) == [NO_COUNCIL]).astype(bool)
    return pd.concat([frame[~is_outside], frame[is_outside]], ignore_index=True)


def links_to(
    warehouse: Warehouse, selection: Selection, dimension: Dimension, path: str, names: Series
) -> dict[str, str]:
    """Name → the report at ``path`` for the same selection, narrowed down to that name."""
    ids = reference.ids_by_name(warehouse, dimension)
    return {name: selection.link(path, {dimension: ids[name]}) for name in names}


def lines_by_day(warehouse: Warehouse, selection: Selection) -> CardContent:
    """One line per type, the smaller ones combined. The CSV has every type on every day with requests."""
    frame = count(warehouse, selection.filters, TYPE, "day")
    shown = with_others(frame, "type", LINES, by=["day"])
    wide = shown.pivot(index="day", columns="type", values="requests")
    wide = wide.reindex(pd.date_range(selection.first, selection.last)).fillna(0).astype("int64")
    types = {*frame["type"]}
    ordered = sorted(wide, key=lambda name: (name not in types, -wide[name].sum(), name))
    series = {name: wide[name] for name in ordered}
    colors = [
        color if name in types else OTHERS
        for name, color in zip(ordered, cycle_colors(len(ordered)), strict=True)
    ]
    figure = charts.lines(
        series, unit="requests", colors=colors, links=_lists_by_day(warehouse, selection, types, ordered)
    )
    summary = f"Largest: {text.listed(ordered)}." if ordered else ""
    rows = frame.sort_values(["day", "type"], ignore_index=True)
    return CardContent(rows, summary, figure, lists=_lists_of_rows(warehouse, selection, rows))


def _lists_by_day(
    warehouse: Warehouse, selection: Selection, types: set[str], shown: Sequence[str]
) -> dict[str, str]:
    """Line → the list of requests behind each of its points."""
    ids = reference.ids_by_name(warehouse, TYPE)
    rest = [one for name in sorted(types - set(shown)) for one in ids[name]]
    return {name: list_link(selection, {TYPE: ids.get(name, rest)}, each_day=True) for name in shown}


def _lists_of_rows(warehouse: Warehouse, selection: Selection, rows: DataFrame) -> list[str]:
    """The list behind each of the rows that the table shows."""
    ids, shown = reference.ids_by_name(warehouse, TYPE), rows.head(TABLE_ROWS)
    return [
        list_link(selection, {TYPE: ids[name]}, first=day.date(), last=day.date())
        for day, name in zip(shown["day"], shown["type"], strict=True)
    ]


def by_weekday(warehouse: Warehouse, selection: Selection) -> CardContent:
    """The average of each day of the week, so that a fifth Monday does not count as more."""
    days = daily(count(warehouse, selection.filters, "day"), selection.first, selection.last)
    grouped = days.groupby(days.index.day_name()).agg(["sum", "size", "mean"])
    frame = grouped.reindex([name for name in WEEKDAYS if name in grouped.index]).rename_axis("weekday")
    frame = frame.set_axis(["requests", "days", "requests_a_day"], axis="columns").reset_index()
    if not days.sum():
        return CardContent(frame.head(0))
    average = frame["requests_a_day"].map(text.rounded)
    lists = [list_link(selection, weekday=WEEKDAYS.index(day) or 7) for day in frame["weekday"]]
    figure = charts.bars(frame["weekday"], average, unit="requests a day", links=lists)
    top = frame.loc[frame["requests_a_day"].idxmax()]
    busiest = f"{top['weekday']}s are busiest, averaging {text.plural(top['requests_a_day'], 'request')}."
    return CardContent(frame, busiest, figure, lists=lists)
