"""Small maps as SVG: outlines of councils, and points; no streets, which would come from another host."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from figures.maps import Bounds

MARGIN = 0.04
"""Margin on each side of the bounds, as a share of their size."""


@dataclass(frozen=True)
class Projection:
    """Converts degrees to pixels from the upper left corner, with the bounds centered in the picture."""

    bounds: Bounds
    width: int
    height: int

    @property
    def _ratio(self) -> float:
        # A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
        return math.cos(math.radians((self.bounds[1] + self.bounds[3]) / 2))

    @property
    def _scale(self) -> float:
        west, south, east, north = self.bounds
        across, up = (east - west) * self._ratio, north - south
        room = 1 + 2 * MARGIN
        return min(self.width / (across * room or 1), self.height / (up * room or 1))

    def point(self, longitude: float, latitude: float) -> tuple[float, float]:
        west, south, east, north = self.bounds
        x = self.width / 2 + (longitude - (west + east) / 2) * self._ratio * self._scale
        y = self.height / 2 - (latitude - (south + north) / 2) * self._scale
        return round(x, 1), round(y, 1)

    def rings(self, polygon: dict[str, Any]) -> list[list[tuple[float, float]]]:
        """The rings of a GeoJSON polygon or multipolygon in pixels."""
        parts = polygon["coordinates"] if polygon["type"] == "MultiPolygon" else [polygon["coordinates"]]
        return [[self.point(*place[:2]) for place in ring] for rings in parts for ring in rings]


@dataclass(frozen=True)
class Point:
    """A place with a radius in pixels and a title."""

    longitude: float
    latitude: float
    radius: float = 4
    title: str = ""
    kind: str = "point"


def svg(
    projection: Projection, areas: Iterable[tuple[dict[str, Any], str]], points: Sequence[Point], label: str
) -> Markup:
    """Areas (polygon and CSS class) below points; ``label`` is the text alternative."""
    shapes = [f'<path class="{kind}" d="{_path(projection, polygon)}"/>' for polygon, kind in areas]
    shapes += [_circle(projection, point) for point in points]
    frame = f'viewBox="0 0 {projection.width} {projection.height}"'
    return Markup(f'<svg class="map" {frame} role="img" aria-label="{escape(label)}">{"".join(shapes)}</svg>')  # noqa: S704


def _path(projection: Projection, polygon: dict[str, Any]) -> str:
    return "".join(f"M{'L'.join(f'{x} {y}' for x, y in ring)}Z" for ring in projection.rings(polygon))


def _circle(projection: Projection, point: Point) -> str:
    x, y = projection.point(point.longitude, point.latitude)
    title = f"<title>{escape(point.title)}</title>" if point.title else ""
    return f'<circle class="{point.kind}" cx="{x}" cy="{y}" r="{point.radius}">{title}</circle>'
