"""The places that requests are about: points inside the councils' polygons, some of them around hot spots.

Real requests return to the same places: in the published rows of 2017, 2018 and 2020, two requests of
different days have equal coordinates as often as if 71,000 places had an equal share of all requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from portal.city.councils import council_shares, load_councils
from portal.city.facts import Choices, Floats, Integers, facts
from portal.city.polygons import Ring, council_polygons

SPOTS = 3
SPOT_REACH_DEGREES = 0.0009
SEED = 3
POINT_DRAWS = 6
CHANCES = ("taste", "house", "street", "street_kind", "corner", "zip")
"""What every place keeps a uniform random number for."""


@dataclass(frozen=True)
class Places:
    """Every place of the city, council by council; ``chance`` holds a place's own uniform random numbers."""

    choices: Choices
    first_place: Integers
    latitude: Floats
    longitude: Floats
    chance: dict[str, Floats]

    def pick(self, council: Integers, uniform: Floats) -> Integers:
        """A place of each council; places differ in how many requests they have."""
        return self.first_place[council] + self.choices.pick(council, uniform)


@cache
def places() -> Places:
    """The city's places."""
    declared = facts()["places"]
    sizes = np.ceil(council_shares() * declared["count"]).astype(np.int64)
    generator = np.random.default_rng(SEED)
    weights = np.exp(declared["weight_spread"] * generator.standard_normal(sizes.sum()))
    council = np.repeat(np.arange(len(sizes)), sizes)
    latitude, longitude = _points(council, generator.random((POINT_DRAWS, len(council))))
    ends = np.cumsum(sizes)
    return Places(
        choices=Choices(np.split(weights, ends[:-1])),
        first_place=ends - sizes,
        latitude=latitude,
        longitude=longitude,
        chance=dict(zip(CHANCES, generator.random((len(CHANCES), len(council))), strict=True)),
    )


def _points(council: Integers, uniform: Floats) -> tuple[Floats, Floats]:
    """(latitude, longitude) of points spread evenly over each council, but for its hot spots."""
    outlines = _outlines()
    triangle = outlines.first_triangle[council] + outlines.triangles.pick(council, uniform[0])
    first, second, third = (outlines.corners[triangle, corner] for corner in range(3))
    root = np.sqrt(uniform[1])[:, None]
    share = uniform[2][:, None]
    point = first * (1 - root) + second * root * (1 - share) + third * root * share
    near = uniform[3] < facts()["places"]["hotspot_share"]
    spot = outlines.spots[council, (uniform[4] * SPOTS).astype(np.int64)]
    around = spot + SPOT_REACH_DEGREES * np.stack(
        [uniform[2] + uniform[5] - 1, uniform[1] + uniform[0] - 1], axis=1
    )
    point[near] = around[near]
    return point[:, 1], point[:, 0]


@dataclass(frozen=True)
class Outlines:
    """Triangles that fill the council polygons (corners as longitude, latitude), and the hot spots."""

    triangles: Choices
    corners: Floats
    first_triangle: Integers
    spots: Floats


def _outlines() -> Outlines:
    councils = load_councils()
    rings = council_polygons(councils)
    fans = [_fan((c.longitude, c.latitude), rings[c.nc_id]) for c in councils]
    sizes = [len(fan) for fan in fans]
    return Outlines(
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
