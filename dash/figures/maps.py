"""Maps of areas. Nothing but the areas is drawn: a background with streets would come from another host."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from figures import theme
from figures.colors import SCALE
from figures.theme import Figure

HEIGHT = 620
MARGIN = {"l": 0, "r": 0, "t": 0, "b": 70, "autoexpand": False}
BORDER = {"color": "#5B6770", "width": 0.7}
COLORBAR = {
    "orientation": "h",
    "thickness": 12,
    "len": 0.6,
    "x": 0.5,
    "xanchor": "center",
    "y": 0,
    "yanchor": "top",
}
Bounds = tuple[float, float, float, float]
"""West, south, east and north in degrees."""


class Area(NamedTuple):
    """A polygon (GeoJSON, longitudes and latitudes), its value, hover text and link."""

    polygon: dict[str, Any]
    value: float | None
    hover: str
    link: str


def areas(shown: Sequence[Area], *, bounds: Bounds, title: str) -> Figure:
    """Areas colored by value, from pale to strong, each a filled line on axes in degrees.

    plotly.js's own maps would need scripts three times the size of those for all other charts, and WebGL.
    """
    most = max((area.value for area in shown if area.value), default=1)
    traces = [_trace(area, most) for area in shown]
    return {"data": [*traces, _scale(most, title)], "layout": layout(bounds)}


def _trace(area: Area, most: float) -> Figure:
    longitudes, latitudes = outline(area.polygon)
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


def outline(polygon: dict[str, Any]) -> tuple[list[float | None], list[float | None]]:
    """Longitudes and latitudes of all rings, one after another with gaps between them."""
    parts = polygon["coordinates"] if polygon["type"] == "MultiPolygon" else [polygon["coordinates"]]
    points = [point for rings in parts for ring in rings for point in (*ring, (None, None))]
    return [point[0] for point in points], [point[1] for point in points]


def color_of(share: float) -> str:
    """The color at this share of the scale, 0 to 1."""
    (low, pale), (high, dark) = next(pair for pair in pairwise(SCALE) if share <= pair[1][0])
    part = (share - low) / (high - low)
    mixed = (round(a + (b - a) * part) for a, b in zip(_channels(pale), _channels(dark), strict=True))
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def _channels(color: str) -> bytes:
    return bytes.fromhex(color[1:])


def _scale(most: float, title: str) -> Figure:
    """A trace without points, for the color bar."""
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


def layout(bounds: Bounds) -> Figure:
    west, south, east, north = bounds
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


def bounds_of(polygons: Sequence[dict[str, Any]], city: Bounds) -> Bounds:
    """The bounds of the areas, each by its largest ring inside the city's bounds.

    Boundary files have slivers far outside the city; they are drawn, but must not squeeze the map.
    """
    rings = [ring for polygon in polygons if (ring := _largest_ring(polygon, city))]
    if not rings:
        return city
    longitudes, latitudes = zip(*(point for ring in rings for point in ring), strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _largest_ring(polygon: dict[str, Any], city: Bounds) -> list[list[float]]:
    west, south, east, north = city
    parts = polygon["coordinates"] if polygon["type"] == "MultiPolygon" else [polygon["coordinates"]]
    inside = [
        rings[0]
        for rings in parts
        if all(west <= longitude <= east and south <= latitude <= north for longitude, latitude in rings[0])
    ]
    return max(inside, key=_area, default=[])


def _area(ring: list[list[float]]) -> float:
    """Twice the area of a closed ring, in square degrees."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)))
