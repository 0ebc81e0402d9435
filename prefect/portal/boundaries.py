"""The neighborhood council polygons of the portal, as GeoJSON, with the flaws of the published ones."""

from __future__ import annotations

import copy
import itertools
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal.city.councils import Council, load_councils
from portal.city.polygons import Point, Ring, council_polygons
from portal.datasets import BOUNDARIES_ID
from portal.values import fixed

GENERATED_AT = "2022-09-01T08:00:00.000Z"
Features = list[dict[str, Any]]
ENCINO, SUNLAND_TUJUNGA, MAR_VISTA = "18", "10", "67"
SLIVERS_AT = (-117.657, 34.914)
FEET_A_DEGREE, METERS_A_DEGREE = 364_567, 111_319.49


@dataclass(frozen=True)
class Boundaries:
    """``geojson`` is the complete response body; ``updated_at`` is when the polygons last changed."""

    geojson: bytes
    updated_at: str
    id: str = BOUNDARIES_ID

    def with_flaws(self, flaws: Iterable[str], updated_at: str) -> Boundaries:
        """The same polygons with the named FLAWS. Raises ValueError for an unknown flaw."""
        collection = json.loads(self.geojson)
        for flaw in flaws:
            if flaw not in FLAWS:
                raise ValueError(f"unknown flaw {flaw!r}; known are {', '.join(sorted(FLAWS))}")
            FLAWS[flaw](collection["features"])
        body = json.dumps(collection, separators=(",", ":")).encode()
        return Boundaries(body, updated_at, self.id)


def from_file(path: Path, dataset_id: str = BOUNDARIES_ID) -> Boundaries:
    """A GeoJSON file, served unchanged."""
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Boundaries(path.read_bytes(), fixed(changed), dataset_id)


def approximate() -> Boundaries:
    """One cell around each council's center, in the official layout, marked ``approximate``.

    Like the official file it has clockwise rings, councils in several parts, slivers far away, and overlaps.
    """
    councils = load_councils()
    polygons = council_polygons(councils)
    collection = {
        "type": "FeatureCollection",
        "features": [_feature(council, polygons[council.nc_id]) for council in councils],
    }
    flawless = Boundaries(json.dumps(collection, separators=(",", ":")).encode(), GENERATED_AT)
    return flawless.with_flaws(("overlap", "parts", "slivers", "clockwise"), GENERATED_AT)


def _feature(council: Council, ring: Ring) -> dict[str, object]:
    properties = {
        "name": council.name,
        "waddress": council.website,
        "certified": f"{council.certified}T00:00:00.000Z",
        "objectid": council.objectid,
        "service_re": council.region,
        "nc_id": str(council.nc_id),
        "dwebsite": council.page,
        "approximate": "true",
    }
    coordinates = [[[list(point) for point in [*ring, ring[0]]]]]
    geometry = {"type": "MultiPolygon", "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _named(features: Features, nc_id: str) -> dict[str, Any]:
    """The feature of this council, or the first feature if the file has no such council."""
    return next((f for f in features if f["properties"].get("nc_id") == nc_id), features[0])


def _every_point(change: Callable[[float, float], list[float]]) -> Callable[[Features], None]:
    def walk(coordinates: list[Any]) -> list[Any]:
        if isinstance(coordinates[0], int | float):
            return change(coordinates[0], coordinates[1])
        return [walk(item) for item in coordinates]

    def apply(features: Features) -> None:
        for feature in features:
            feature["geometry"]["coordinates"] = walk(feature["geometry"]["coordinates"])

    return apply


def _state_plane_feet(longitude: float, latitude: float) -> list[float]:
    scale = FEET_A_DEGREE * math.cos(math.radians(latitude))
    return [6_561_667 + (longitude + 118) * scale, 1_640_417 + (latitude - 33.5) * FEET_A_DEGREE]


def _web_mercator(longitude: float, latitude: float) -> list[float]:
    north = math.degrees(math.log(math.tan(math.radians(45 + latitude / 2))))
    return [longitude * METERS_A_DEGREE, north * METERS_A_DEGREE]


def _clockwise(features: Features) -> None:
    for feature in features:
        for part in feature["geometry"]["coordinates"]:
            for ring in part:
                if _signed_area(ring) > 0:
                    ring.reverse()


def _signed_area(ring: list[list[float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))


def _overlap(features: Features) -> None:
    """One council extends a quarter further, into its neighbors."""
    ring = _named(features, ENCINO)["geometry"]["coordinates"][0][0]
    center = [sum(point[axis] for point in ring[1:]) / len(ring[1:]) for axis in (0, 1)]
    ring[:] = [[round(c + 1.25 * (p - c), 7) for p, c in zip(point, center, strict=True)] for point in ring]


def _parts(features: Features) -> None:
    """One council consists of two adjoining parts."""
    geometry = _named(features, MAR_VISTA)["geometry"]
    (ring, *_), *others = geometry["coordinates"]
    geometry["coordinates"] = [*([half] for half in _halves(ring)), *others]


def _halves(ring: list[list[float]]) -> tuple[list[list[float]], list[list[float]]]:
    middle = len(ring) // 2
    return [*ring[: middle + 1], ring[0]], [*ring[middle:], ring[middle]]


def _slivers(features: Features) -> None:
    """One council has parts of less than a square meter, far outside the city."""
    for number in range(8):
        corner: Point = (SLIVERS_AT[0] + number * 1e-5, SLIVERS_AT[1])
        steps = ((0, 0), (1e-6, 0), (0, 1e-6), (0, 0))
        sliver = [[corner[0] + x, corner[1] + y] for x, y in steps]
        _named(features, SUNLAND_TUJUNGA)["geometry"]["coordinates"].append([sliver])


def _split(features: Features) -> None:
    """One council is published as two features."""
    feature = _named(features, MAR_VISTA)
    parts = feature["geometry"]["coordinates"]
    if len(parts) == 1:
        parts = [[half] for half in _halves(parts[0][0])]
    second = copy.deepcopy(feature)
    feature["geometry"]["coordinates"], second["geometry"]["coordinates"] = parts[:1], parts[1:]
    features.append(second)


def _renamed(features: Features) -> None:
    _named(features, MAR_VISTA)["properties"]["name"] = "WEST MAR VISTA CC"


FLAWS: dict[str, Callable[[Features], None]] = {
    "feet": _every_point(_state_plane_feet),
    "meters": _every_point(_web_mercator),
    "swapped": _every_point(lambda longitude, latitude: [latitude, longitude]),
    "three_dimensions": _every_point(lambda longitude, latitude: [longitude, latitude, 0.0]),
    "clockwise": _clockwise,
    "overlap": _overlap,
    "parts": _parts,
    "slivers": _slivers,
    "split": _split,
    "renamed": _renamed,
}
