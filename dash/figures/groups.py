"""Grouped bars: the same names for several series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from figures import theme
from figures.colors import in_turn
from figures.theme import Figure

Values = Sequence[Any]
OneSeries = tuple[str, Values, Values]
Series = Sequence[OneSeries]
"""The name of each series, its values, and its hover text."""


def upright(names: Values, series: Series, *, y_title: str, x_title: str = "") -> Figure:
    """Groups from left to right."""
    traces = [
        _trace(title, list(names), list(values), hover, color) | {"orientation": "v"}
        for (title, values, hover), color in zip(series, in_turn(len(series)), strict=True)
    ]
    layout = theme.layout(
        barmode="group",
        showlegend=len(series) > 1,
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
        legend=theme.LEGEND_ABOVE,
        xaxis=theme.axis(x_title, type="category", nticks=16),
        yaxis=theme.axis(y_title, rangemode="tozero"),
    )
    return {"data": traces, "layout": layout}


def lying(names: Values, series: Series, *, x_title: str) -> Figure:
    """Groups from top to bottom, the first on top; for long names."""
    traces = [
        _trace(title, list(values), list(names), hover, color) | {"orientation": "h"}
        for (title, values, hover), color in zip(series, in_turn(len(series)), strict=True)
    ]
    height = max(220, len(names) * (16 + 12 * len(series)) + 110)
    layout = theme.layout(
        height,
        barmode="group",
        bargap=0.3,
        showlegend=len(series) > 1,
        margin={"l": 8, "r": 16, "t": 44, "b": 8},
        legend=theme.LEGEND_ABOVE,
        xaxis=theme.axis(x_title, rangemode="tozero"),
        yaxis=theme.names(names),
    )
    return {"data": traces, "layout": layout}


def _trace(title: str, x: list[Any], y: list[Any], hover: Values, color: str) -> Figure:
    return {
        "type": "bar",
        "name": title,
        "x": x,
        "y": y,
        "marker": {"color": color},
        "text": list(hover),
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
