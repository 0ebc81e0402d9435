"""Grouped bars: the same names for several series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from figures import rows, theme
from figures.colors import cycle_colors
from figures.theme import Figure

Values = Sequence[Any]


class OneSeries(NamedTuple):
    """The bars of one series: values, hover texts and links."""

    title: str
    values: Values
    hover: Values
    links: Values = ()

    @staticmethod
    def of(title: str, names: Values, values: Values, links: Values) -> OneSeries:
        """Bars of counts, whose hover texts name what is counted."""
        hover = [f"{name}: {number:,} {title.lower()}" for name, number in zip(names, values, strict=True)]
        return OneSeries(title, list(values), hover, links)


Series = Sequence[OneSeries]


def vertical(names: Values, series: Series, *, y_title: str, x_title: str = "") -> Figure:
    """Groups from left to right."""
    traces = [
        _trace(one, list(names), list(one.values), color) | {"orientation": "v"}
        for one, color in zip(series, cycle_colors(len(series)), strict=True)
    ]
    layout = theme.layout(
        barmode="group",
        showlegend=len(series) > 1,
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
        legend=theme.LEGEND_ABOVE,
        # Bins of numbers, which have a title, are read on one line.
        xaxis=theme.axis(x_title, type="category", nticks=16) if x_title else theme.labels(list(names)),
        yaxis=theme.axis(y_title, rangemode="tozero"),
    )
    return {"data": traces, "layout": layout}


def horizontal(names: Values, series: Series, *, x_title: str) -> Figure:
    """Groups from top to bottom, the first on top; for long names."""
    traces = [
        _trace(one, list(one.values), list(names), color) | {"orientation": "h"}
        for one, color in zip(series, cycle_colors(len(series)), strict=True)
    ]
    height = max(220, len(names) * max(16 + 12 * len(series), rows.row_of(names)) + 110)
    layout = theme.layout(
        height,
        barmode="group",
        bargap=0.3,
        showlegend=len(series) > 1,
        margin={"l": 8, "r": 16, "t": 44, "b": 8},
        legend=theme.LEGEND_ABOVE,
        xaxis=theme.numbers_across(x_title, [value for one in series for value in one.values]),
        yaxis=theme.names(names),
    )
    return {"data": traces, "layout": layout}


def _trace(one: OneSeries, x: list[Any], y: list[Any], color: str) -> Figure:
    return {
        "type": "bar",
        "name": one.title,
        "x": x,
        "y": y,
        "marker": {"color": color},
        "customdata": list(one.links),
        "text": list(one.hover),
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
