"""Locations of requests: points inside the councils' polygons, some clustered around hot spots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from portal.city.councils import load_councils
from portal.city.facts import Choices, Floats, Integers, facts
from portal.city.polygons import Ring, council_polygons

SPOTS = 3
SPOT_REACH_DEGREES = 0.0009


@dataclass(frozen=True)
class Places:
    """Triangles that fill the council polygons (corners as longitude, latitude), and the hot spots."""

    triangles: Choices
    corners: Floats
    first_triangle: Integers
    spots: Floats

    def points(self, council: Integers, uniform: Floats) -> tuple[Floats, Floats]:
        """(latitude, longitude) of points spread evenly over each council; ``uniform`` has six rows."""
        triangle = self.first_triangle[council] + self.triangles.pick(council, uniform[0])
        first, second, third = (self.corners[triangle, corner] for corner in range(3))
        root = np.sqrt(uniform[1])[:, None]
        share = uniform[2][:, None]
        point = first * (1 - root) + second * root * (1 - share) + third * root * share
        near = uniform[3] < facts()["places"]["hotspot_share"]
        spot = self.spots[council, (uniform[4] * SPOTS).astype(np.int64)]
        around = spot + SPOT_REACH_DEGREES * np.stack(
            [uniform[2] + uniform[5] - 1, uniform[1] + uniform[0] - 1], axis=1
        )
        point[near] = around[near]
        return point[:, 1], point[:, 0]


@cache
def places() -> Places:
    """The city's places."""
    councils = load_councils()
    rings = council_polygons(councils)
    fans = [_fan((c.longitude, c.latitude), rings[c.nc_id]) for c in councils]
    sizes = [len(fan) for fan in fans]
    return Places(
        triangles=Choices([[_area(triangle) for triangle in fan] for fan in fans]),
        corners=np.array([triangle for fan in fans for triangle in fan]),
        first_triangle=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
        spots=np.array([_spots((c.longitude, c.latitude), rings[c.nc_id]) for c in councils]),
    )


Triangle = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def _fan(center: tuple[float, float], ring: Ring) -> list[Triangle]:
    return [(center, ring[at - 1], point) for at, point in enumerate(ring)]


def _area(triangle: Triangle) -> float:
    (ax, ay), (bx, by), (cx, cy) = triangle
    return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2


def _spots(center: tuple[float, float], ring: Ring) -> list[tuple[float, float]]:
    chosen = [ring[at * len(ring) // SPOTS] for at in range(SPOTS)]
    return [((center[0] + x) / 2, (center[1] + y) / 2) for x, y in chosen]
