"""Maps of areas. Nothing but the areas is drawn: a background with streets would come from another host."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from figures import theme
from figures.theme import Figure

HEIGHT = 620
MARGIN = {"l": 0, "r": 0, "t": 0, "b": 70, "autoexpand": False}
SCALE = ((0.0, "#EDF3F6"), (0.25, "#B7D3DF"), (0.5, "#6FA9C3"), (0.75, "#2F7C9F"), (1.0, "#0B3F5C"))
BORDER = {"color": "#5B6770", "width": 0.7}
COLORBAR = {
    "orientation": "h",
    "thickness": 12,
    "len": 0.6,
    "x": 0.5,
    "xanchor": "center",
    "y": 0,
    "yanchor": "top",
    "tickformat": ",d",
}
Box = tuple[float, float, float, float]
"""West, south, east and north in degrees."""


class Area(NamedTuple):
    """A polygon (GeoJSON, longitudes and latitudes), what it is worth, says on hover and leads to."""

    polygon: dict[str, Any]
    value: float | None
    hover: str
    link: str


def areas(shown: Sequence[Area], *, box: Box, title: str) -> Figure:
    """One colour an area, from pale to dark, each a filled line on axes of degrees.

    A map of plotly.js would take three times the scripts of all other charts, and WebGL.
    """
    most = max((area.value for area in shown if area.value), default=1)
    traces = [_trace(area, most) for area in shown]
    return {"data": [*traces, _scale(most, title)], "layout": _layout(box)}


def _trace(area: Area, most: float) -> Figure:
    longitudes, latitudes = _outline(area.polygon)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": longitudes,
        "y": latitudes,
        "fill": "toself",
        "fillcolor": color_of((area.value or 0) / most),
        "line": BORDER,
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": area.hover,
        "meta": area.link,
    }


def _outline(polygon: dict[str, Any]) -> tuple[list[float | None], list[float | None]]:
    """Longitudes and latitudes of all rings, one after the other with a gap between."""
    parts = polygon["coordinates"] if polygon["type"] == "MultiPolygon" else [polygon["coordinates"]]
    points = [point for rings in parts for ring in rings for point in (*ring, (None, None))]
    return [point[0] for point in points], [point[1] for point in points]


def color_of(share: float) -> str:
    """The colour at this share of the scale, 0 to 1."""
    (low, pale), (high, dark) = next(pair for pair in pairwise(SCALE) if share <= pair[1][0])
    part = (share - low) / (high - low)
    mixed = (round(a + (b - a) * part) for a, b in zip(_channels(pale), _channels(dark), strict=True))
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def _channels(color: str) -> bytes:
    return bytes.fromhex(color[1:])


def _scale(most: float, title: str) -> Figure:
    """A trace without points, for the bar that explains the colours."""
    marker = {
        "color": [0],
        "cmin": 0,
        "cmax": most,
        "colorscale": [list(step) for step in SCALE],
        "showscale": True,
        "colorbar": COLORBAR | {"title": {"text": title, "side": "top"}},
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [None],
        "y": [None],
        "hoverinfo": "skip",
        "marker": marker,
    }


def _layout(box: Box) -> Figure:
    west, south, east, north = box
    hidden = {"visible": False, "fixedrange": True}
    # A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
    ratio = 1 / math.cos(math.radians((south + north) / 2))
    return theme.layout(
        HEIGHT,
        margin=MARGIN,
        xaxis=hidden | {"range": [west, east]},
        yaxis=hidden | {"range": [south, north], "scaleanchor": "x", "scaleratio": ratio},
        hovermode="closest",
    )
