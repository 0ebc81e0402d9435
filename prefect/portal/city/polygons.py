"""Approximate council polygons: Voronoi cells of the centers, cut off at a maximum distance."""

from __future__ import annotations

import math
from collections.abc import Sequence

from portal.city.councils import Council

Point = tuple[float, float]
Ring = list[Point]

REFERENCE_LATITUDE = 34.05
DEGREES_TO_KM = 111.2
CIRCLE_CORNERS = 24
# A cell reaches at most 1.25 times as far as the fourth-nearest center, within these limits.
NEIGHBORS = 4
REACH = 1.25
REACH_LIMITS_KM = (1.8, 5.5)
DECIMALS = 7


def council_polygons(councils: Sequence[Council]) -> dict[int, Ring]:
    """A convex ring of (longitude, latitude) per council code, counterclockwise, not closed.

    Rings do not overlap beyond rounding, and each contains its own council's center.
    """
    rings = cells([(council.longitude, council.latitude) for council in councils], REFERENCE_LATITUDE)
    return {council.nc_id: ring for council, ring in zip(councils, rings, strict=True)}


def cells(points: Sequence[Point], latitude: float) -> list[Ring]:
    """A ring around each point; ``latitude`` is roughly that of all points."""
    centers = [to_km(*point, latitude) for point in points]
    rings = []
    for center in centers:
        others = sorted((o for o in centers if o != center), key=lambda o: math.dist(o, center))
        ring = _circle(center, _reach_km(center, others))
        for other in others:
            ring = _nearer_to(ring, center, other)
        rings.append(_rounded([to_degrees(*point, latitude) for point in ring]))
    return rings


def to_km(longitude: float, latitude: float, reference: float = REFERENCE_LATITUDE) -> Point:
    scale = math.cos(math.radians(reference))
    return longitude * scale * DEGREES_TO_KM, latitude * DEGREES_TO_KM


def to_degrees(x_km: float, y_km: float, reference: float = REFERENCE_LATITUDE) -> Point:
    return x_km / DEGREES_TO_KM / math.cos(math.radians(reference)), y_km / DEGREES_TO_KM


def _reach_km(center: Point, others: Sequence[Point]) -> float:
    low, high = REACH_LIMITS_KM
    distance = math.dist(center, others[:NEIGHBORS][-1]) if others else low
    return min(high, max(low, REACH * distance))


def _circle(center: Point, radius_km: float) -> Ring:
    angles = [2 * math.pi * corner / CIRCLE_CORNERS for corner in range(CIRCLE_CORNERS)]
    return [(center[0] + radius_km * math.cos(a), center[1] + radius_km * math.sin(a)) for a in angles]


def _nearer_to(ring: Ring, center: Point, other: Point) -> Ring:
    """The part of the ring that is nearer to the center than to the other point."""
    normal = (other[0] - center[0], other[1] - center[1])
    middle = ((other[0] + center[0]) / 2, (other[1] + center[1]) / 2)
    beyond = [(p[0] - middle[0]) * normal[0] + (p[1] - middle[1]) * normal[1] for p in ring]
    kept: Ring = []
    for at, point in enumerate(ring):
        before, distance = beyond[at - 1], beyond[at]
        if (before > 0) != (distance > 0):
            share = before / (before - distance)
            start = ring[at - 1]
            kept.append((start[0] + share * (point[0] - start[0]), start[1] + share * (point[1] - start[1])))
        if distance <= 0:
            kept.append(point)
    return kept


def _rounded(ring: Ring) -> Ring:
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
    return [point for at, point in enumerate(points) if point != points[at - 1]]
