"""Horizontal bars of several parts, such as ages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from figures import rows, theme
from figures.theme import Figure


def horizontal(
    names: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    *,
    unit: str,
    colors: Sequence[str],
    links: Mapping[str, Sequence[str]],
) -> Figure:
    """One bar per name, the first on top; each part of a bar has its own color and link."""
    traces = [
        _part(title, list(names), list(values), color, unit, list(links[title]))
        for (title, values), color in zip(parts.items(), colors, strict=True)
    ]
    wholes = [sum(values) for values in zip(*parts.values(), strict=True)]
    height = rows.height_of(names, legend=len(parts))
    layout = theme.layout(
        height,
        barmode="stack",
        showlegend=True,
        margin={"l": 8, "r": 16, "t": 44, "b": 8},
        legend=theme.LEGEND_ABOVE | {"traceorder": "normal"},
        xaxis=theme.numbers_across(unit.capitalize(), wholes, side=rows.side_of(height)),
        yaxis=theme.names(names),
    )
    return {"data": traces, "layout": layout}


def _part(
    title: str, names: list[str], values: list[float], color: str, unit: str, links: list[Any]
) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": title,
        "x": values,
        "y": names,
        "marker": {"color": color, "line": {"width": 0}},
        "customdata": links,
        "hovertemplate": f"%{{y}}, {title}: %{{x:,}} {unit}<extra></extra>",
    }
