"""Cards that several reports have: sorted bars, lines by type, requests over time, days of the week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
from pandas import DataFrame, DatetimeIndex, Series, Timestamp

from data import counts, reference
from data.counts import Step, count
from data.facts import Facts
from data.filters import NO_COUNCIL, TYPE, Dimension, Filters
from data.frames import daily, with_others
from data.warehouse import Warehouse
from figures import charts
from figures.colors import ACCENT, OTHERS, in_turn
from report_kit import text
from report_kit.content import CardContent
from report_kit.report import Build
from report_kit.selection import Selection

BARS = 12
LINES = 7
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
PERIODS = {"day": "D", "week": "W-SUN", "month": "M", "year": "Y"}
NAMES = {"day": "%b %-d", "week": "%b %-d", "month": "%b %Y", "year": "%Y"}
LONG_NAMES = NAMES | {"day": "%b %-d, %Y", "month": "%B %Y"}


def bars_by(dimension: Dimension, path: str, *, top: int | None = BARS, unit: str = "requests") -> Build:
    """Requests by a dimension, the largest first; a bar leads to the report at ``path``, narrowed down to it.

    The figure has the ``top`` largest and the rest as one bar; its table and CSV have every group.
    """

    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        frame = no_council_last(warehouse, dimension, count(warehouse, selection.filters, dimension))
        shown = with_others(frame, dimension.name, top) if top else frame
        links = links_to(warehouse, selection, dimension, path, frame[dimension.name])
        names = shown[dimension.name].tolist()
        figure = charts.horizontal_bars(
            names,
            shown["requests"],
            unit=unit,
            color=[ACCENT if name in links else OTHERS for name in names],
            links=[links.get(name, "") for name in names],
        )
        summary = text.leader(frame, dimension.name)
        return CardContent(frame, summary, figure, links=links, is_scrollable=top is None)

    return build


def no_council_last(warehouse: Warehouse, dimension: Dimension, frame: DataFrame) -> DataFrame:
    """The group with id 0, such as "No council", after all others."""
    ids = reference.ids_by_name(warehouse, dimension)
    is_outside = frame[dimension.name].map(lambda name: ids[name] == [NO_COUNCIL]).astype(bool)
    return pd.concat([frame[~is_outside], frame[is_outside]], ignore_index=True)


def links_to(
    warehouse: Warehouse, selection: Selection, dimension: Dimension, path: str, names: Series
) -> dict[str, str]:
    """Name → the report at ``path`` for the same selection, narrowed down to it."""
    ids = reference.ids_by_name(warehouse, dimension)
    return {name: selection.link(path, {dimension: ids[name]}) for name in names}


def lines_by_day(warehouse: Warehouse, selection: Selection) -> CardContent:
    """One line per type, the smaller ones together. The CSV has every type on every day with requests."""
    frame = count(warehouse, selection.filters, TYPE, "day")
    shown = with_others(frame, "type", LINES, by=["day"])
    wide = shown.pivot(index="day", columns="type", values="requests")
    wide = wide.reindex(pd.date_range(selection.first, selection.last)).fillna(0).astype("int64")
    types = {*frame["type"]}
    ordered = sorted(wide, key=lambda name: (name not in types, -wide[name].sum(), name))
    series = {name: wide[name] for name in ordered}
    colors = [
        color if name in types else OTHERS for name, color in zip(ordered, in_turn(len(ordered)), strict=True)
    ]
    figure = charts.lines(series, unit="requests", colors=colors)
    summary = f"Largest: {text.listed(ordered)}." if ordered else ""
    return CardContent(frame.sort_values(["day", "type"], ignore_index=True), summary, figure)


def by_weekday(warehouse: Warehouse, selection: Selection) -> CardContent:
    """The average of each day of the week, so that a fifth Monday does not count as more."""
    days = daily(count(warehouse, selection.filters, "day"), selection.first, selection.last)
    grouped = days.groupby(days.index.day_name()).agg(["sum", "size", "mean"])
    frame = grouped.reindex([name for name in WEEKDAYS if name in grouped.index]).rename_axis("weekday")
    frame = frame.set_axis(["requests", "days", "requests_a_day"], axis="columns").reset_index()
    average = frame["requests_a_day"].round(1)
    figure = charts.bars(frame["weekday"], average, unit="requests a day")
    top = frame.loc[average.idxmax()]
    busiest = (
        f"{top['weekday']}s are busiest, averaging {text.number(round(top['requests_a_day'], 1))} requests."
    )
    return CardContent(frame, busiest if days.sum() else "", figure)


def over_time(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Bars by year, month or day, whichever suits the period; partial years and months are hatched."""
    step: Step = "year" if selection.days > 1000 else "month" if selection.days > 92 else "day"
    frame = by_step(warehouse, selection.filters, step)
    starts, steps = DatetimeIndex(frame[step]), steps_of(selection.filters, step)
    partial = frame["days"] < (steps.end_time.normalize() - steps.start_time).days + 1
    figure = charts.bars(
        starts.strftime(NAMES[step]),
        frame["requests"],
        unit="requests",
        partial=partial.tolist(),
        hover=[_named(start, step, cut) for start, cut in zip(starts, partial, strict=True)],
    )
    sentences = [_peak(frame, starts, step), _cut(starts[partial], step)]
    sentences.append(_last_year(warehouse, selection, step) if partial.iloc[-1] else "")
    return CardContent(frame, " ".join(filter(None, sentences)), figure)


def by_step(warehouse: Warehouse, filters: Filters, step: Step) -> DataFrame:
    """Columns: the step's first day, requests, days (of the step in the period); empty steps are 0."""
    steps = steps_of(filters, step)
    counted = count(warehouse, filters, step).set_index(step)["requests"]
    requests = counted.reindex(steps.start_time, fill_value=0).to_numpy()
    first = steps.start_time.to_series().clip(lower=Timestamp(filters.first))
    last = steps.end_time.normalize().to_series().clip(upper=Timestamp(filters.last))
    days = (last.to_numpy() - first.to_numpy()).astype("timedelta64[D]").astype("int64") + 1
    return DataFrame({step: steps.start_time, "requests": requests, "days": days})


def steps_of(filters: Filters, step: Step) -> pd.PeriodIndex:
    """The days, weeks, months or years that the period touches."""
    return pd.period_range(filters.first, filters.last, freq=PERIODS[step])


def _named(start: Timestamp, step: Step, is_partial: bool) -> str:
    return start.strftime(LONG_NAMES[step]) + (" (partial)" if is_partial else "")


def _peak(frame: DataFrame, starts: DatetimeIndex, step: Step) -> str:
    if not frame["requests"].sum():
        return ""
    place = frame["requests"].argmax()
    name = starts[place].strftime(LONG_NAMES[step])
    return f"Peak: {text.number(frame['requests'].iloc[place])} {'on' if step == 'day' else 'in'} {name}."


def _cut(starts: DatetimeIndex, step: Step) -> str:
    if not len(starts):
        return ""
    names = text.listed(list(starts.strftime(LONG_NAMES[step])))
    return f"{names} {'is' if len(starts) == 1 else 'are'} only partly in the period (hatched)."


def _last_year(warehouse: Warehouse, selection: Selection, step: Step) -> str:
    """The last, partial step against the same days a year earlier, where both are loaded."""
    facts, last = warehouse.facts(), selection.last
    first = max(selection.first, last.replace(day=1, month=1 if step == "year" else last.month))
    before = _year_before(first), _year_before(last)
    if facts.first_day is None or before[0] < facts.first_day:
        return ""
    now = counts.total(warehouse, replace(selection.filters, first=first))
    then = counts.total(warehouse, replace(selection.filters, first=before[0], last=before[1]))
    change = text.change(now, then, f"the same days of {before[0].year}")
    return f"{text.span(first, last)}: {text.number(now)}, {change}."


def _year_before(day: date) -> date:
    return (Timestamp(day) - pd.DateOffset(years=1)).date()


def previous_period(warehouse: Warehouse, selection: Selection) -> Filters | None:
    """As many days just before the period; None unless all of them are loaded."""
    facts: Facts = warehouse.facts()
    days = timedelta(days=selection.days)
    filters = replace(selection.filters, first=selection.first - days, last=selection.last - days)
    return filters if facts.first_day and facts.first_day <= filters.first else None
