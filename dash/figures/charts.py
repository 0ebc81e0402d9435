"""The kinds of chart that reports are made of; each takes columns of a table and says its units on hover.

``links`` are addresses to go to when a bar, slice or point is chosen, one for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from figures import theme
from figures.colors import ACCENT, OTHERS, SECOND, in_turn
from figures.theme import Figure

WRAP_AT = 22
LONG = 16
Values = Sequence[Any]


def wrapped(text: str) -> str:
    """Long names on several lines."""
    return "<br>".join(wrap(text, WRAP_AT)) or text


def horizontal_bars(
    names: Values,
    values: Values,
    *,
    unit: str,
    color: str | Sequence[str] = ACCENT,
    links: Values | None = None,
) -> Figure:
    """One bar a name, the first on top."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": list(values),
        "marker": {"color": color if isinstance(color, str) else list(color)},
        "customdata": _links(links, names),
        "hovertemplate": f"%{{y}}: %{{x:,}} {unit}<extra></extra>",
    }
    return {
        "data": [trace],
        "layout": theme.layout(
            theme.height_of(len(names)),
            xaxis=theme.counts(unit.capitalize(), side=_side(names)),
            yaxis=theme.names(len(names)),
        ),
    }


def bars(
    names: Values,
    values: Values,
    *,
    unit: str,
    color: str | Sequence[str] = ACCENT,
    links: Values | None = None,
    hover: str = "",
) -> Figure:
    """One bar a name, the first on the left; ``hover`` is added to what a bar says."""
    trace = {
        "type": "bar",
        "x": list(names),
        "y": list(values),
        "marker": {"color": color if isinstance(color, str) else list(color)},
        "customdata": _links(links, names),
        "hovertemplate": f"%{{x}}: %{{y:,}} {unit}{hover}<extra></extra>",
    }
    return {
        "data": [trace],
        "layout": theme.layout(xaxis=theme.axis(type="category"), yaxis=theme.counts(unit.capitalize())),
    }


def donut(
    names: Values, values: Values, *, unit: str, colors: Sequence[str], links: Values | None = None
) -> Figure:
    """Shares of a whole, in the order given, clockwise from the top."""
    trace = {
        "type": "pie",
        "hole": 0.5,
        "sort": False,
        "direction": "clockwise",
        "labels": [wrapped(str(name)) for name in names],
        "values": list(values),
        "marker": {"colors": list(colors), "line": {"width": 1, "color": "rgba(128,128,128,0.3)"}},
        "customdata": _links(links, names),
        "textinfo": "percent",
        "textposition": "inside",
        "insidetextfont": {"color": "#ffffff"},
        "hovertemplate": f"%{{label}}: %{{value:,}} {unit} (%{{percent}})<extra></extra>",
    }
    legend = {"orientation": "h", "x": 0, "y": -0.04, "yanchor": "top", "font": theme.FONT}
    return {"data": [trace], "layout": theme.layout(400, showlegend=True, legend=legend)}


def lines(
    series: Sequence[tuple[str, Values, Values]],
    *,
    unit: str,
    colors: Sequence[str] | None = None,
    y_title: str = "",
    whole: bool = True,
    by_month: bool = False,
) -> Figure:
    """Lines over days; each series is a name, its days and its values."""
    colors = colors or in_turn(len(series))
    dashes = ("solid", "dot", "dash", "dashdot")
    day = "%B %Y" if by_month else "%a %b %-d, %Y"
    number = "," if whole else ",.2f"
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(days) <= 62 else "lines",
            "name": name,
            "x": list(days),
            "y": list(values),
            "line": {"color": color, "width": 2, "dash": dashes[place // 6 % len(dashes)]},
            "marker": {"size": 6, "symbol": place % 6},
            "hovertemplate": f"{name}, %{{x|{day}}}: %{{y:{number}}} {unit}<extra></extra>",
        }
        for place, ((name, days, values), color) in enumerate(zip(series, colors, strict=True))
    ]
    y_axis = theme.counts(y_title or unit.capitalize()) if whole else theme.axis(y_title, rangemode="tozero")
    return {
        "data": traces,
        "layout": theme.layout(
            380 if len(series) > 1 else theme.HEIGHT,
            xaxis=theme.axis(
                type="date", tickformat="%a<br>%m/%d" if _is_short(series) and not by_month else ""
            ),
            yaxis=y_axis,
            showlegend=len(series) > 1,
            hovermode="closest",
        ),
    }


def stacked(names: Values, series: Sequence[tuple[str, Values, str]], *, unit: str) -> Figure:
    """Bars of several parts; each part is its name, its values and its colour."""
    traces = [
        {
            "type": "bar",
            "name": part,
            "x": list(names),
            "y": list(values),
            "marker": {"color": color},
            "hovertemplate": f"%{{x}}: %{{y:,}} {unit} {part.lower()}<extra></extra>",
        }
        for part, values, color in series
    ]
    layout = theme.layout(
        barmode="stack",
        showlegend=True,
        xaxis=theme.axis(type="category"),
        yaxis=theme.counts(unit.capitalize()),
    )
    return {"data": traces, "layout": layout}


def ranges(names: Values, low: Values, high: Values, *, low_name: str, high_name: str, unit: str) -> Figure:
    """Two points a name with a line between them, the first name on top."""
    joined = {
        "type": "scatter",
        "mode": "lines",
        "x": [value for pair in zip(low, high, strict=True) for value in (*pair, None)],
        "y": [name for name in names for _ in range(3)],
        "line": {"color": OTHERS, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    points = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": title,
            "x": list(values),
            "y": list(names),
            "marker": {"size": 10, "color": color, "symbol": symbol},
            "hovertemplate": f"%{{y}}, {title.lower()}: %{{x:,}} {unit}<extra></extra>",
        }
        for title, values, color, symbol in (
            (low_name, low, ACCENT, "circle"),
            (high_name, high, SECOND, "diamond"),
        )
    ]
    layout = theme.layout(
        theme.height_of(len(names)) + 40,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 1.0, "font": theme.FONT},
        xaxis=theme.counts(unit.capitalize(), side=_side(names)),
        yaxis=theme.names(len(names)),
    )
    return {"data": [joined, *points], "layout": layout}


def boxes(
    names: Values,
    *,
    low: Values,
    q1: Values,
    median: Values,
    q3: Values,
    high: Values,
    unit: str,
    colors: Sequence[str],
    links: Values | None = None,
) -> Figure:
    """Horizontal boxes drawn from known numbers: quartiles, and whiskers that end where the caller says."""
    links = _links(links, names)
    traces = [
        {
            "type": "box",
            "orientation": "h",
            "y": [name],
            "lowerfence": [low[place]],
            "q1": [q1[place]],
            "median": [median[place]],
            "q3": [q3[place]],
            "upperfence": [high[place]],
            "name": name,
            "customdata": [links[place]],
            "fillcolor": colors[place],
            "line": {"color": "#7A828A", "width": 1.5},
            "hoverinfo": "x",
            "xhoverformat": ",d",
        }
        for place, name in enumerate(names)
    ]
    return {
        "data": traces,
        "layout": theme.layout(
            theme.height_of(len(names)),
            xaxis=theme.counts(unit.capitalize(), side=_side(names)),
            yaxis=theme.names(len(names)),
            boxgap=0.35,
        ),
    }


def small(figure: Figure, height: int = 130) -> Figure:
    """The same figure without words, for a picture of it."""
    bare = {"visible": False, "fixedrange": True}
    layout = figure["layout"] | {
        "height": height,
        "showlegend": False,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "hovermode": False,
    }
    for name in ("xaxis", "yaxis"):
        if name in layout:
            kept = {
                key: value for key, value in layout[name].items() if key in ("type", "autorange", "rangemode")
            }
            layout[name] = kept | bare
    return {"data": figure["data"], "layout": layout}


def _links(links: Values | None, names: Values) -> list[Any]:
    return list(links) if links is not None else [None] * len(names)


def _is_short(series: Sequence[tuple[str, Values, Values]]) -> bool:
    return max((len(days) for _, days, _ in series), default=0) <= 31


def _side(names: Values) -> str:
    # Long charts scroll; their scale must be seen without.
    return "top" if len(names) > LONG else "bottom"
