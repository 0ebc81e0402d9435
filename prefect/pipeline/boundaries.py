"""The city's areas as published in its boundary dataset, validated before they are merged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

from pipeline.area_facts import Facts, code_of, name_of, properties_of, read_facts
from pipeline.city import City
from pipeline.declaration import BoundaryDataset
from pipeline.responses import shape_errors
from pipeline.socrata import Portal

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]
MIN_RING_POINTS = 4


@dataclass(frozen=True)
class Area:
    """One area. ``geometry`` is a GeoJSON MultiPolygon in two dimensions.

    Its outer rings are counterclockwise, as RFC 7946 requires. A dissolved area has several features.
    """

    facts: Facts
    geometry: str
    is_dissolved: bool


@dataclass(frozen=True)
class Boundaries:
    """The published areas; ``digest`` changes whenever they or their declaration do.

    ``problem`` says why none of them can be used, in which case the stored ones stay. ``notices`` list the
    omitted parts. ``unreadable`` are the codes of rejected features, which are published nevertheless; an
    empty code stands for a feature without one, which may be any area.
    """

    digest: str
    areas: tuple[Area, ...]
    problem: str = ""
    notices: tuple[str, ...] = ()
    unreadable: frozenset[str] = frozenset()


def fetch_boundaries(portal: Portal, city: City, dataset: BoundaryDataset) -> Boundaries:
    """The published areas. Raises PortalError if the portal does not send them."""
    with shape_errors(dataset.id):
        features = list(portal.boundaries(dataset.id).get("features") or [])
    return read_areas(features, city, dataset)


def read_areas(features: Iterable[Any], city: City, dataset: BoundaryDataset | None = None) -> Boundaries:
    """The areas of these features; features with the same code are one area."""
    features = list(features)
    if (dataset := dataset or city.boundaries) is None:
        raise ValueError(f"{city.name} declares no boundary dataset")
    found: dict[str, list[tuple[Facts, list[Polygon]]]] = {}
    notices: list[str] = []
    unreadable: set[str] = set()
    for feature in features:
        try:
            facts = read_facts(properties_of(feature), city, dataset)
            polygons, slivers = _polygons(feature, city)
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            unreadable.add(code_of(feature, dataset))
            notices.append(f"{name_of(feature, dataset)}: the polygon was rejected ({error})")
            continue
        if slivers:
            limit = f"{city.limits.sliver_square_meters:g} square meters"
            notices.append(f"{facts.name}: {slivers} parts below {limit} were left out")
        found.setdefault(facts.code, []).append((facts, polygons))
    problem = _problem((polygon for parts in found.values() for _, part in parts for polygon in part), city)
    areas = () if problem else tuple(map(_area, found.values()))
    return Boundaries(_digest(features, dataset), areas, problem, tuple(notices), frozenset(unreadable))


def _digest(features: list[Any], dataset: BoundaryDataset) -> str:
    read = {"features": features, "declaration": dataset.model_dump(mode="json")}
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()


def _area(parts: list[tuple[Facts, list[Polygon]]]) -> Area:
    polygons = [polygon for _, part in parts for polygon in part]
    geometry = json.dumps({"type": "MultiPolygon", "coordinates": polygons})
    return Area(parts[0][0], geometry, is_dissolved=len(parts) > 1)


def _polygons(feature: Mapping[str, Any], city: City) -> tuple[list[Polygon], int]:
    """The feature's polygons, and how many slivers were left out.

    Raises KeyError, ValueError, TypeError or OverflowError.
    """
    geometry = feature.get("geometry")
    if not geometry:
        raise ValueError("it has no geometry")
    if geometry["type"] not in {"Polygon", "MultiPolygon"}:
        raise ValueError(f"its geometry is a {geometry['type']}")
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    polygons = [
        [_ring(ring, is_outer=not position) for position, ring in enumerate(part)] for part in parts if part
    ]
    kept = [polygon for polygon in polygons if not _is_sliver(polygon, city)]
    if not kept:
        raise ValueError("none of its parts is large enough")
    return kept, len(polygons) - len(kept)


def _problem(polygons: Iterable[Polygon], city: City) -> str:
    """Why the polygons cannot be those of this city; empty if they can."""
    bounds, is_empty = city.bounds, True
    for polygon in polygons:
        is_empty = False
        for x, y in polygon[0]:
            if not (bounds.west <= x <= bounds.east and bounds.south <= y <= bounds.north):
                return (
                    f"the boundary dataset has a point at {x:g}, {y:g}, outside {city.name}: "
                    "it uses a different projection or axis order"
                )
    return "no polygon of the boundary dataset can be read" if is_empty else ""


def _ring(points: Iterable[Iterable[float]], *, is_outer: bool) -> Ring:
    """The ring in two dimensions: an outer ring counterclockwise, a hole clockwise."""
    ring = [(float(x), float(y)) for x, y, *_ in points]
    if len(ring) < MIN_RING_POINTS or ring[0] != ring[-1] or not all(isfinite(x + y) for x, y in ring):
        raise ValueError("a ring is not closed, has fewer than 4 points, or is not finite")
    return ring if (_signed_area(ring) >= 0) is is_outer else ring[::-1]


def _signed_area(ring: Ring) -> float:
    """Signed area in square degrees, relative to the first point; positive if counterclockwise."""
    x0, y0 = ring[0]
    corners = [(x - x0, y - y0) for x, y in ring]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(corners)) / 2


def _is_sliver(polygon: Polygon, city: City) -> bool:
    """Uses the bounding box, because the area of a self-intersecting polygon may be zero."""
    xs, ys = zip(*polygon[0], strict=True)
    width = (max(xs) - min(xs)) * city.meters_per_degree_longitude
    height = (max(ys) - min(ys)) * city.meters_per_degree_latitude
    return bool(width * height < city.limits.sliver_square_meters)
