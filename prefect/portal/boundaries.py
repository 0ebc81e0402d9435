"""The neighborhood council polygons the portal serves, as one GeoJSON text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.city.councils import Council, load_councils
from portal.city.polygons import council_polygons
from portal.soql.literals import fixed

GENERATED_AT = "2022-09-01T08:00:00.000Z"


@dataclass(frozen=True)
class Boundaries:
    """``geojson`` is the finished body; ``updated_at`` tells when the polygons last changed."""

    geojson: bytes
    updated_at: str


def from_file(path: Path) -> Boundaries:
    """A GeoJSON file served as it is."""
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Boundaries(path.read_bytes(), fixed(changed))


def approximate() -> Boundaries:
    """One cell around each council's centre, in the official layout, marked ``approximate``."""
    councils = load_councils()
    polygons = council_polygons(councils)
    features = [_feature(council, polygons[council.nc_id]) for council in councils]
    collection = {"type": "FeatureCollection", "features": features}
    return Boundaries(json.dumps(collection, separators=(",", ":")).encode(), GENERATED_AT)


def _feature(council: Council, ring: list[tuple[float, float]]) -> dict[str, object]:
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
