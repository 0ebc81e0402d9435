"""The kinds of charts in the reports; each takes columns of a frame and shows its units on hover.

``links`` has a URL for each bar or point, which opens when the bar or point is clicked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pandas import Series

from data.frames import listed
from figures import rows, theme
from figures.colors import ACCENT, BEFORE, OTHERS, PALE, SECOND, cycle_colors
from figures.theme import Figure

FEW_MONTHS = 6
MARKED_DAYS = 62
"""Lines with up to this many points have a marker at each point."""
ROOMY = 12
"""Fewer stacked bars than this leave room on both sides."""
Values = Sequence[Any]


def horizontal_bars(
    names: Values,
    values: Values,
    *,
    unit: str,
    color: str | Sequence[str] = ACCENT,
    links: Sequence[str] | None = None,
    hover: str = ":,",
    marks: Values = (),
    marks_name: str = "",
) -> Figure:
    """One bar per name, the first on top; ``marks`` are values that the bars are compared with."""
    names, values = listed(names), listed(values)
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": values,
        "marker": {"color": color if isinstance(color, str) else list(color)},
        "customdata": _links(links, len(names)),
        "hovertemplate": f"%{{y}}: %{{x{hover}}} {unit}<extra></extra>",
    }
    height = rows.height_of(names)
    layout = theme.layout(
        height,
        xaxis=theme.numbers_across(unit.capitalize(), [*values, *listed(marks)], side=rows.side_of(height)),
        yaxis=theme.names(names),
    )
    return {"data": [trace, *_marks(names, marks, marks_name, hover)], "layout": layout}


def _marks(names: Values, marks: Values, name: str, hover: str) -> list[Figure]:
    """A short line across each bar."""
    if not len(marks):
        return []
    style = {"symbol": "line-ns-open", "size": 16, "line": {"width": 3, "color": BEFORE}, "color": BEFORE}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": listed(marks),
            "y": names,
            "name": name,
            "marker": style,
            "hovertemplate": f"%{{y}}: %{{x{hover}}} in {name}<extra></extra>",
        }
    ]


def bars(
    names: Values,
    values: Values,
    *,
    unit: str,
    partial: Sequence[bool] = (),
    hover: Values = (),
    links: Sequence[str] | None = None,
    dashed: Values = (),
    dashed_name: str = "",
) -> Figure:
    """One bar per name, the first on the left; partial ones are hatched. ``hover`` has longer names.

    ``dashed`` are values that the bars are compared with, drawn as a dashed line.
    """
    values = listed(values)
    trace = {
        "type": "bar",
        "x": listed(names),
        "y": values,
        "marker": {"color": ACCENT, "pattern": {"shape": ["/" if cut else "" for cut in partial]}},
        "customdata": _links(links, len(values)),
        "text": listed(hover or names),
        "textposition": "none",
        "hovertemplate": f"%{{text}}: %{{y:,}} {unit}<extra></extra>",
    }
    traces = [trace]
    if len(dashed):
        traces.append(_dashed(listed(names), dashed, dashed_name, f"%{{y:,}} {unit}"))
    layout = theme.layout(
        xaxis=theme.labels(listed(names)),
        yaxis=theme.numbers(unit.capitalize(), [*values, *listed(dashed)]),
    )
    return {"data": traces, "layout": layout}


def _dashed(x: Values, y: Values, name: str, value: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": listed(x),
        "y": listed(y),
        "connectgaps": False,
        "line": {"color": BEFORE, "width": 2, "dash": "dash"},
        "hovertemplate": f"{name}: {value}<extra></extra>",
    }


def lines(
    series: Mapping[str, Series],
    *,
    unit: str,
    colors: Sequence[str] | None = None,
    y_title: str = "",
    by_month: bool = False,
    hover: str = ":,",
    notes: Mapping[str, Values] | None = None,
    links: Mapping[str, str] | None = None,
    before: Mapping[str, Series] | None = None,
    before_name: str = "",
) -> Figure:
    """One line per name over days (the index); missing values are gaps. ``notes`` are added on hover.

    ``links`` has a URL for each line, with ``{x}`` for the day of the point. ``before`` has the values that a
    line is compared with, under its name; they are drawn dashed, in the same color.
    """
    colors = list(colors or cycle_colors(len(series)))
    traces = [
        _line(name, values, color, place, (unit, hover, by_month), (notes or {}).get(name, ()))
        | ({"meta": links[name]} if links and links.get(name) else {})
        for place, ((name, values), color) in enumerate(zip(series.items(), colors, strict=True))
    ]
    of = dict(zip(series, colors, strict=True))
    for name, values in (before or {}).items():
        dashed = _dashed(values.index, values, f"{name}, {before_name}", f"%{{y{hover}}} {unit}")
        traces.append(dashed | {"line": dashed["line"] | {"color": of[name]}})
    longest = max((len(values) for values in series.values()), default=0)
    every_value = [value for trace in traces for value in trace["y"]]
    layout = theme.layout(
        380 if len(traces) > 1 else theme.HEIGHT,
        xaxis=theme.axis(type="date", **_ticks(longest, by_month=by_month)),
        yaxis=theme.numbers(y_title or unit.capitalize(), every_value),
        showlegend=len(traces) > 1,
        hovermode="closest",
    )
    return {"data": traces, "layout": layout}


def _ticks(longest: int, *, by_month: bool) -> dict[str, str]:
    """Weekdays on the axis of a month, and no days between a few months."""
    if by_month:
        return {"dtick": "M1", "tickformat": "%b %Y"} if longest <= FEW_MONTHS else {}
    return {"tickformat": "%a<br>%b %-d"} if longest <= 31 else {}


def _line(
    name: str, values: Series, color: str, place: int, words: tuple[str, str, bool], notes: Values
) -> Figure:
    unit, hover, by_month = words
    day = "%B %Y" if by_month else "%a %b %-d, %Y"
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(values) <= MARKED_DAYS else "lines",
        "name": name,
        "x": listed(values.index),
        "y": listed(values),
        "connectgaps": False,
        "line": {"color": color, "width": 2, "dash": ("solid", "dash", "dot")[place // 4 % 3]},
        "marker": {"size": 6, "symbol": place % 6},
        "text": listed(notes) if len(notes) else None,
        "hovertemplate": f"{name}, %{{x|{day}}}: %{{y{hover}}} {unit}"
        + ("%{text}" if len(notes) else "")
        + "<extra></extra>",
    }


def stacked(names: Values, series: Mapping[str, tuple[Values, str]], *, unit: str) -> Figure:
    """Bars of several parts; each part has its values and its color."""
    traces = [
        {
            "type": "bar",
            "name": part,
            "x": listed(names),
            "y": listed(values),
            "marker": {"color": color},
            "hovertemplate": f"%{{x}}: %{{y:,}} {unit} {part.lower()}<extra></extra>",
        }
        for part, (values, color) in series.items()
    ]
    layout = theme.layout(
        barmode="stack",
        # A single bar would be a square that fills the card.
        bargap=max(0.25, 1 - len(listed(names)) / ROOMY),
        showlegend=True,
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
        legend=theme.LEGEND_ABOVE,
        xaxis=theme.labels(listed(names)),
        yaxis=theme.numbers(unit.capitalize(), [theme.SMALL]),
    )
    return {"data": traces, "layout": layout}


def ranges(
    names: Values,
    low: Values,
    high: Values,
    *,
    titles: tuple[str, str],
    unit: str,
    counts: Values,
    small: int,
    links: Sequence[str] | None = None,
) -> Figure:
    """Two points per name joined by a line, the first name on top; names with few counts are gray."""
    names, low, high, counts = listed(names), listed(low), listed(high), listed(counts)
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
            "x": values,
            "y": names,
            "marker": {
                "size": 10,
                "color": [OTHERS if number < small else color for number in counts],
                "symbol": symbol,
            },
            "customdata": _links(links, len(names)),
            "text": [f"{number:,}" for number in counts],
            "hovertemplate": f"%{{y}}, {title.lower()}: %{{x:,}} {unit}, of %{{text}} closed<extra></extra>",
        }
        for title, values, color, symbol in zip(
            titles, (low, high), (ACCENT, SECOND), ("circle", "diamond"), strict=True
        )
    ]
    height = rows.height_of(names, legend=len(titles))
    layout = theme.layout(
        height,
        showlegend=True,
        legend=theme.LEGEND_ABOVE,
        xaxis=theme.numbers_across(unit.capitalize(), high, side=rows.side_of(height)),
        yaxis=theme.names(names),
    )
    return {"data": [joined, *points], "layout": layout}


def boxes(boxes: Sequence[Mapping[str, Any]], *, unit: str, links: Sequence[str] | None = None) -> Figure:
    """Horizontal box plots from computed statistics: name, low, q1, median, q3 and high of each."""
    traces = [
        {
            "type": "box",
            "orientation": "h",
            "y": [box["name"]],
            "lowerfence": [box["low"]],
            "q1": [box["q1"]],
            "median": [box["median"]],
            "q3": [box["q3"]],
            "upperfence": [box["high"]],
            "name": box["name"],
            "customdata": [link],
            "fillcolor": PALE,
            "line": {"color": ACCENT, "width": 2},
            "hoverinfo": "x",
            "xhoverformat": ",d",
        }
        for box, link in zip(boxes, _links(links, len(boxes)), strict=True)
    ]
    names = [box["name"] for box in boxes]
    height = rows.height_of(names)
    layout = theme.layout(
        height,
        xaxis=theme.numbers_across(
            unit.capitalize(), [box["high"] for box in boxes], side=rows.side_of(height)
        ),
        yaxis=theme.names(names),
        boxgap=0.35,
    )
    return {"data": traces, "layout": layout}


def small(figure: Figure, height: int = 130) -> Figure:
    """The same figure without text, for a thumbnail."""
    bare = {"visible": False, "fixedrange": True}
    kept = ("type", "autorange", "rangemode", "range", "scaleanchor", "scaleratio")
    layout = figure["layout"] | {
        "height": height,
        "showlegend": False,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "hovermode": False,
    }
    for name in {"xaxis", "yaxis"} & layout.keys():
        layout[name] = {key: value for key, value in layout[name].items() if key in kept} | bare
    data = [trace for trace in figure["data"] if not trace.get("marker", {}).get("showscale")]
    return {"data": _merged(data), "layout": layout}


def _merged(traces: Sequence[Figure]) -> list[Figure]:
    """Areas of about the same color as one trace: a browser draws a hundred traces much more slowly."""
    kept: list[Figure] = []
    of_color: dict[str, Figure] = {}
    for trace in traces:
        if trace.get("fill") != "toself":
            kept.append(trace)
            continue
        about = "#" + "".join(digit + "8" for digit in trace["fillcolor"][1::2])
        same = of_color.get(about)
        if same is None:
            of_color[about] = {**trace, "fillcolor": about, "hoverinfo": "skip", "text": None, "meta": None}
        else:
            same |= {axis: [*same[axis], None, *trace[axis]] for axis in ("x", "y")}
    return [*of_color.values(), *kept]


def _links(links: Sequence[str] | None, count: int) -> list[Any]:
    return list(links) if links is not None else [None] * count
