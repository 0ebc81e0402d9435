"""Maps of areas. Nothing but the areas is drawn: a background with streets would come from another host."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from figures import theme
from figures.theme import Figure

HEIGHT = 620
MARGIN = {"l": 0, "r": 0, "t": 0, "b": 0, "autoexpand": False}
STYLE = {
    "version": 8,
    "sources": {},
    "layers": [{"id": "background", "type": "background", "paint": {"background-color": "rgba(0,0,0,0)"}}],
}
SCALE = [[0, "#EDF3F6"], [0.25, "#B7D3DF"], [0.5, "#6FA9C3"], [0.75, "#2F7C9F"], [1, "#0B3F5C"]]
Box = tuple[float, float, float, float]
"""West, south, east and north in degrees."""


def areas(
    polygons: Sequence[tuple[int, dict[str, Any]]],
    values: Sequence[float | None],
    hover: Sequence[str],
    links: Sequence[str],
    *,
    box: Box,
    title: str,
) -> Figure:
    """One colour an area, from pale to dark; each polygon comes with its id."""
    features = [
        {"type": "Feature", "id": number, "properties": {}, "geometry": polygon}
        for number, polygon in polygons
    ]
    trace = {
        "type": "choroplethmap",
        "geojson": {"type": "FeatureCollection", "features": features},
        "locations": [number for number, _ in polygons],
        "z": list(values),
        "zmin": 0,
        "zmax": max((value for value in values if value), default=1),
        "text": list(hover),
        "customdata": list(links),
        "colorscale": SCALE,
        "marker": {"line": {"color": "#5B6770", "width": 0.7}},
        "hovertemplate": "%{text}<extra></extra>",
        "colorbar": {
            "title": {"text": title, "side": "top"},
            "orientation": "h",
            "thickness": 12,
            "len": 0.6,
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "bottom",
            "tickformat": ",d",
        },
    }
    layout = theme.layout(HEIGHT, margin=MARGIN, map=_view(box))
    return {"data": [trace], "layout": layout}


def _view(box: Box) -> dict[str, Any]:
    west, south, east, north = box
    center = {"lon": (west + east) / 2, "lat": (south + north) / 2}
    # A tile of zoom 0 is 512 px and 360 degrees wide (MapLibre style specification, "zoom").
    height_degrees = (north - south) / math.cos(math.radians(center["lat"]))
    zoom = math.log2(HEIGHT * 0.8 / 512 * 360 / max(height_degrees, 0.001))
    return {"style": STYLE, "center": center, "zoom": round(zoom, 2)}
