"""Requests over time: bars by year, month or day, with the comparison period as a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
from pandas import DataFrame, DatetimeIndex, PeriodIndex, Timestamp

from data import counts
from data.counts import Step, count
from data.filters import Filters
from data.warehouse import Warehouse
from figures import charts
from report_kit import comparison, text
from report_kit.comparison import baseline_of, with_change
from report_kit.content import CardContent
from report_kit.list_link import list_link
from report_kit.selection import Selection

PERIODS = {"day": "D", "week": "W-SUN", "month": "M", "year": "Y"}
NAMES = {"day": "%b %-d", "week": "%b %-d", "month": "%b %Y", "year": "%Y"}
LONG_NAMES = NAMES | {"day": "%b %-d, %Y", "month": "%B %Y"}


def over_time(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Bars by year, month or day, whichever suits the period; partial years and months are hatched."""
    step: Step = "year" if selection.days > 1000 else "month" if selection.days > 92 else "day"
    steps, baseline = steps_of(selection.filters, step), baseline_of(warehouse, selection)
    frame = with_before(warehouse, selection, by_step(warehouse, selection.filters, step), steps)
    if not frame.filter(like="requests").sum().sum():
        return CardContent(with_change(frame.head(0)))
    starts = DatetimeIndex(frame[step])
    partial = frame["days"] < (steps.end_time.normalize() - steps.start_time).days + 1
    lists = lists_of(selection, steps)
    figure = charts.bars(
        starts.strftime(NAMES[step]),
        frame["requests"],
        unit="requests",
        partial=partial.tolist(),
        hover=[named(start, step, cut) for start, cut in zip(starts, partial, strict=True)],
        links=lists,
        dashed=frame["requests_before"] if baseline else (),
        dashed_name=baseline.name if baseline else "",
    )
    sentences = [_peak(frame, starts, step), cut(starts[partial], step)]
    if baseline is None and partial.iloc[-1]:
        sentences.append(_last_year(warehouse, selection, step))
    if baseline:
        sentences.append(f"The dashed line is {baseline.name}.")
    return CardContent(with_change(frame), " ".join(filter(None, sentences)), figure, lists=lists)


def with_before(
    warehouse: Warehouse, selection: Selection, frame: DataFrame, steps: PeriodIndex
) -> DataFrame:
    """The frame with the requests of the baseline in the days that each step is compared with."""
    baseline = baseline_of(warehouse, selection)
    if baseline is None:
        return frame
    days = comparison.by_day(warehouse, baseline.filters)
    is_daily = steps.freqstr == PERIODS["day"]
    before = baseline.drawn(days, selection.filters) if is_daily else None
    if before is None:
        before = baseline.steps(days, steps, selection.filters)
    return frame.assign(requests_before=before.astype("Int64").to_numpy())


def lists_of(selection: Selection, steps: PeriodIndex, *, by_closing: bool = False) -> list[str]:
    """The list of the requests of each step, limited to its days in the period."""
    return [
        list_link(
            selection,
            first=max(step.start_time.date(), selection.first),
            last=min(step.end_time.date(), selection.last),
            by_closing=by_closing,
        )
        for step in steps
    ]


def by_step(warehouse: Warehouse, filters: Filters, step: Step) -> DataFrame:
    """Columns: the step's first day, requests, days (of the step in the period); empty steps are 0."""
    steps = steps_of(filters, step)
    counted = count(warehouse, filters, step).set_index(step)["requests"]
    requests = counted.reindex(steps.start_time, fill_value=0).to_numpy()
    first = steps.start_time.to_series().clip(lower=Timestamp(filters.first))
    last = steps.end_time.normalize().to_series().clip(upper=Timestamp(filters.last))
    days = (last.to_numpy() - first.to_numpy()).astype("timedelta64[D]").astype("int64") + 1
    return DataFrame({step: steps.start_time, "requests": requests, "days": days})


def steps_of(filters: Filters, step: Step) -> PeriodIndex:
    """The days, weeks, months or years that the period touches."""
    return pd.period_range(filters.first, filters.last, freq=PERIODS[step])


def named(start: Timestamp, step: Step, is_partial: bool) -> str:
    """The name of a step, with a note if it is partial."""
    return start.strftime(LONG_NAMES[step]) + (" (partial)" if is_partial else "")


def _peak(frame: DataFrame, starts: DatetimeIndex, step: Step) -> str:
    if not frame["requests"].sum():
        return ""
    place = frame["requests"].argmax()
    name = starts[place].strftime(LONG_NAMES[step])
    return f"Peak: {text.number(frame['requests'].iloc[place])} {'on' if step == 'day' else 'in'} {name}."


def cut(starts: DatetimeIndex, step: Step, reason: str = "only partly in the period") -> str:
    """A sentence on the partial steps, if there are any; ``reason`` says what they are."""
    if not len(starts):
        return ""
    names = text.listed(list(starts.strftime(LONG_NAMES[step])))
    return f"{names} {'is' if len(starts) == 1 else 'are'} {reason} (hatched)."


def _last_year(warehouse: Warehouse, selection: Selection, step: Step) -> str:
    """The last, partial step against the same days a year earlier, where both are loaded."""
    facts, last = warehouse.facts(), selection.last
    first = max(selection.first, last.replace(day=1, month=1 if step == "year" else last.month))
    before = _year_before(first), _year_before(last)
    if facts.first_day is None or before[0] < facts.first_day:
        return ""
    now = counts.total(warehouse, replace(selection.filters, first=first))
    then = counts.total(warehouse, replace(selection.filters, first=before[0], last=before[1]))
    days = "day" if first == last else "days"
    change = text.change(now, then, f"the same {days} of {before[0].year}")
    return f"{text.span(first, last)}: {text.number(now)}, {change}."


def _year_before(day: date) -> date:
    return (Timestamp(day) - pd.DateOffset(years=1)).date()
