"""Circles on the outlines of areas; their area grows with the number of requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pandas import DataFrame

from figures import maps, theme
from figures.colors import ACCENT, SECOND
from figures.maps import Bounds
from figures.theme import Figure

SIZES_PX = (7, 34)
"""The smallest and the largest circle."""
TINY_PX = (2, 16)
MIN_SCALE = 10
"""The largest circle stands for at least this many requests."""


class Layer(NamedTuple):
    """Places of one kind, with the longitude, latitude, requests, hover text and link of each."""

    name: str
    frame: DataFrame
    hover: Sequence[str]
    links: Sequence[str]


def circles(
    polygons: Sequence[dict[str, Any]],
    layers: Sequence[Layer],
    *,
    bounds: Bounds,
    sizes: tuple[int, int] = SIZES_PX,
) -> Figure:
    """Outlines without a fill, and the layers above them, the first layer at the bottom."""
    most = max([MIN_SCALE, *(layer.frame["requests"].max() for layer in layers if len(layer.frame))])
    traces = [_outlines(polygons)]
    styles = (("circle-open", SECOND), ("circle", ACCENT))
    traces += [_layer(layer, most, sizes, *style) for layer, style in zip(layers, styles, strict=True)]
    layout = maps.layout(bounds) | {"showlegend": True, "legend": theme.LEGEND_ABOVE}
    return {"data": traces, "layout": layout | {"margin": {"l": 0, "r": 0, "t": 30, "b": 0}}}


def density(polygons: Sequence[dict[str, Any]], frame: DataFrame, *, bounds: Bounds) -> Figure:
    """Outlines, and a circle for the requests at each place, without hover texts."""
    layers = [Layer("", frame.head(0), [], []), Layer("Requests", frame, [], [])]
    return circles(polygons, layers, bounds=bounds, sizes=TINY_PX)


def _outlines(polygons: Sequence[dict[str, Any]]) -> Figure:
    """All outlines as one line with gaps: with a trace for each, drawing would take ten times as long."""
    parts = [maps.outline(polygon) for polygon in polygons]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [value for longitudes, _ in parts for value in longitudes],
        "y": [value for _, latitudes in parts for value in latitudes],
        "line": maps.BORDER,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _layer(layer: Layer, most: float, within: tuple[int, int], symbol: str, color: str) -> Figure:
    smallest, largest = within
    numbers = layer.frame["requests"].astype(float)
    sizes = (largest * (numbers / most) ** 0.5).clip(lower=smallest)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": layer.name,
        "x": layer.frame["longitude"].tolist(),
        "y": layer.frame["latitude"].tolist(),
        "marker": {
            "size": sizes.round(1).tolist(),
            "symbol": symbol,
            "color": color,
            "opacity": 0.8,
            "line": {"width": 2},
        },
        "text": list(layer.hover),
        "customdata": list(layer.links),
        "hovertemplate": "%{text}<extra></extra>",
    }
