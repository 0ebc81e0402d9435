"""Tiles and the cells of their clusters, in integer coordinates of the web Mercator world."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from lacity_data_api.city.facts import Bounds

DEEPEST_ZOOM = 16
# Zoom of the cells in the index of ``service_requests``; no tile is smaller than one.
INDEXED_ZOOM = DEEPEST_ZOOM
# From this zoom on tiles use the index, because they contain few of the city's requests.
INDEX_FROM_ZOOM = 11
# Zoom levels between a tile and its cells: few while a cell holds many types, more when it holds one address.
COARSE, FINE, FINEST = 4, 5, 6


class Tile(NamedTuple):
    """A tile of the XYZ scheme: at zoom ``z`` the world is ``2^z`` tiles wide; ``y`` grows southward."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether this tile exists."""
        return max(self.x, self.y) < 1 << self.z

    @property
    def cell_zoom(self) -> int:
        """The zoom of the cells, each of which makes one feature; a tile has at most 64 by 64 cells."""
        return self.z + {DEEPEST_ZOOM: FINEST, DEEPEST_ZOOM - 1: FINE}.get(self.z, COARSE)

    @property
    def bounds(self) -> Bounds:
        """The edges of the tile in degrees."""
        return Bounds(
            _longitude(self.z, self.x),
            _latitude(self.z, self.y + 1),
            _longitude(self.z, self.x + 1),
            _latitude(self.z, self.y),
        )

    def cells(self, zoom: int) -> list[int]:
        """The cells in the tile at a zoom not smaller than its own, numbered like ``map_cell``."""
        side = 1 << (zoom - self.z)
        columns = range(self.x * side, (self.x + 1) * side)
        rows = range(self.y * side, (self.y + 1) * side)
        return [column << zoom | row for column in columns for row in rows]


def tiles_of(bounds: Bounds, zoom: int) -> Iterator[Tile]:
    """The tiles of this zoom that intersect the bounds."""
    last = (1 << zoom) - 1
    west, east = (
        min(int((degrees + 180) / 360 * (1 << zoom)), last) for degrees in (bounds.west, bounds.east)
    )
    north, south = (min(int(_y(degrees) * (1 << zoom)), last) for degrees in (bounds.north, bounds.south))
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            yield Tile(zoom, x, y)


def _y(latitude: float) -> float:
    """The latitude on a scale from 0 at the northern to 1 at the southern edge of the tiled world."""
    radians = math.radians(min(max(latitude, -85.05), 85.05))
    return (1 - math.asinh(math.tan(radians)) / math.pi) / 2


def _longitude(zoom: int, x: int) -> float:
    return x / (1 << zoom) * 360 - 180


def _latitude(zoom: int, y: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << zoom)))))
