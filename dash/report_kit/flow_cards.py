"""Requests opened and closed by month or week, with those of the comparison period."""

from __future__ import annotations

from pandas import DataFrame, DatetimeIndex, PeriodIndex

from data import changes
from data.counts import Step
from data.frames import daily
from data.warehouse import Warehouse
from figures import groups
from figures.colors import BEFORE
from figures.theme import Figure
from report_kit import text, time_cards
from report_kit.comparison import Baseline, baseline_of
from report_kit.content import CardContent
from report_kit.selection import Selection

MONTHLY_DAYS = 92
"""Longer periods are shown by month."""


def over_time(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Requests opened and closed by month or week; partial months and weeks are marked."""
    step: Step = "month" if selection.days > MONTHLY_DAYS else "week"
    steps = time_cards.steps_of(selection.filters, step)
    found = changes.by(warehouse, selection.filters, step).set_index(step)
    frame = found.reindex(steps.start_time, fill_value=0).rename_axis(step).reset_index()
    frame = frame.rename(
        columns={"new_requests": "opened", "closed_requests": "closed", "net_change": "opened_minus_closed"}
    )
    baseline = baseline_of(warehouse, selection)
    if baseline:
        frame = _with_before(warehouse, selection, baseline, frame, steps)
    starts = DatetimeIndex(frame[step])
    partial = _partial(selection, steps)
    names = [
        start.strftime(time_cards.NAMES[step]) + ("*" if cut else "")
        for start, cut in zip(starts, partial, strict=True)
    ]
    opened, closed = frame["opened"], frame["closed"]
    lists = time_cards.lists_of(selection, steps)
    series = [
        groups.OneSeries.of("Opened", names, opened.tolist(), lists),
        groups.OneSeries.of(
            "Closed", names, closed.tolist(), time_cards.lists_of(selection, steps, by_closing=True)
        ),
    ]
    figure = groups.vertical(names, series, y_title="Requests")
    figure["data"] += _dashed(baseline, frame, names) if baseline else []
    cut = " * only partly in the period." if any(partial) else ""
    summary = f"{_balance(int(opened.sum() - closed.sum()))}{cut}"
    return CardContent(frame, summary, figure, lists=lists)


def _with_before(
    warehouse: Warehouse, selection: Selection, baseline: Baseline, frame: DataFrame, steps: PeriodIndex
) -> DataFrame:
    """The frame with the requests opened and closed in the comparison days of each step."""
    found, period = changes.by(warehouse, baseline.filters, "day"), baseline.filters
    for name, column in (("opened_before", "new_requests"), ("closed_before", "closed_requests")):
        days = daily(found, period.first, period.last, column)
        frame[name] = baseline.steps(days, steps, selection.filters).astype("int64").to_numpy()
    return frame


def _dashed(baseline: Baseline, frame: DataFrame, names: list[str]) -> list[Figure]:
    """A dashed line for requests opened in the comparison period, a dotted one for closed requests."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{title}, {baseline.name}",
            "x": names,
            "y": frame[column].tolist(),
            "line": {"color": BEFORE, "width": 2, "dash": dash},
            "hovertemplate": f"{title}, {baseline.name}: %{{y:,}}<extra></extra>",
        }
        for title, column, dash in (("Opened", "opened_before", "dash"), ("Closed", "closed_before", "dot"))
    ]


def _partial(selection: Selection, steps: object) -> list[bool]:
    return [
        one.start_time.date() < selection.first or one.end_time.date() > selection.last
        for one in steps  # type: ignore[attr-defined]
    ]


def _balance(net: int) -> str:
    if not net:
        return "As many were opened as were closed."
    return f"{text.number(abs(net))} {'more' if net > 0 else 'fewer'} opened than closed."
