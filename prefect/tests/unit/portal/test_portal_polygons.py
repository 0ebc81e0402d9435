"""The approximate council polygons: simple, disjoint, and each around its own center."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest

from portal.boundaries import FLAWS, approximate, from_file
from portal.city.councils import load_councils
from portal.city.polygons import Point, Ring, council_polygons, to_km

OFFICIAL = Path(__file__).parents[5] / "shared" / "data" / "nc_boundaries_official.geojson"
COUNCILS = load_councils()
RINGS = council_polygons(COUNCILS)
ROUNDING_SQUARE_DEGREES = 1e-7
OVERLAP_SQUARE_DEGREES = 1e-8


def side(start: Point, end: Point, point: Point) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def holds(ring: Ring, point: Point) -> bool:
    return all(side(ring[at - 1], end, point) > 0 for at, end in enumerate(ring))


def area(ring: Ring) -> float:
    return sum(ring[at - 1][0] * end[1] - end[0] * ring[at - 1][1] for at, end in enumerate(ring)) / 2


def common(ring: Ring, other: Ring) -> Ring:
    """The part of ``ring`` inside the convex ``other``."""
    for at, end in enumerate(other):
        start, kept = other[at - 1], []
        for position, point in enumerate(ring):
            before, here = side(start, end, ring[position - 1]), side(start, end, point)
            if (before < 0) != (here < 0):
                share = before / (before - here)
                last = ring[position - 1]
                kept.append((last[0] + share * (point[0] - last[0]), last[1] + share * (point[1] - last[1])))
            if here >= 0:
                kept.append(point)
        ring = kept
    return ring


def test_there_is_one_polygon_for_each_of_the_99_councils() -> None:
    assert len(RINGS) == len(COUNCILS) == 99


@pytest.mark.parametrize("number", range(1, 6))
def test_a_few_councils_have_polygons_too(number: int) -> None:
    assert len(council_polygons(COUNCILS[:number])) == number


def test_every_ring_is_convex_and_counterclockwise() -> None:
    for ring in RINGS.values():
        corners = [side(ring[at - 2], ring[at - 1], end) for at, end in enumerate(ring)]
        assert min(corners) > -ROUNDING_SQUARE_DEGREES
        assert area(ring) > 0


def test_every_council_lies_in_its_own_polygon_only() -> None:
    for council in COUNCILS:
        center = (council.longitude, council.latitude)
        assert [nc_id for nc_id, ring in RINGS.items() if holds(ring, center)] == [council.nc_id]


def test_no_two_polygons_overlap() -> None:
    for first, second in itertools.combinations(RINGS.values(), 2):
        shared = common(first, second)
        assert not shared or abs(area(shared)) < OVERLAP_SQUARE_DEGREES


def test_a_polygon_reaches_no_further_than_its_limit() -> None:
    for council in COUNCILS:
        center = to_km(council.longitude, council.latitude)
        assert max(math.dist(center, to_km(*point)) for point in RINGS[council.nc_id]) < 5.6


def test_little_tokyo_is_in_the_arts_district_council() -> None:
    assert holds(RINGS[46], (-118.2349, 34.0449))


def test_the_geojson_has_the_official_layout_and_a_mark() -> None:
    features = json.loads(approximate().geojson)["features"]
    arleta = next(feature for feature in features if feature["properties"]["nc_id"] == "6")
    assert arleta["properties"] == {
        "name": "ARLETA NC",
        "waddress": "http://www.arletanc.org/",
        "certified": "2002-10-22T00:00:00.000Z",
        "objectid": "1",
        "service_re": "REGION 1 - NORTH EAST VALLEY",
        "nc_id": "6",
        "dwebsite": "http://empowerla.org/ANC",
        "approximate": "true",
    }
    [[ring]] = arleta["geometry"]["coordinates"]
    assert arleta["geometry"]["type"] == "MultiPolygon"
    assert ring[0] == ring[-1]


def published(path: Path | None) -> dict[str, list[Ring]]:
    """The rings of each council without the closing point, from a file or from the sample."""
    text = path.read_bytes() if path else approximate().geojson
    return {
        feature["properties"]["nc_id"]: [
            [(x, y) for x, y, *_ in ring[:-1]] for part in feature["geometry"]["coordinates"] for ring in part
        ]
        for feature in json.loads(text)["features"]
    }


@pytest.fixture(params=[None, OFFICIAL], ids=["sample", "official"])
def rings(request: pytest.FixtureRequest) -> dict[str, list[Ring]]:
    if request.param and not request.param.exists():
        pytest.skip("the official polygons of ../shared/data are not in this checkout")
    return published(request.param)


def test_the_sample_has_the_flaws_of_the_official_polygons(rings: dict[str, list[Ring]]) -> None:
    assert len(rings) == 99
    outer = [ring for of_council in rings.values() for ring in of_council]
    assert sum(area(ring) < 0 for ring in outer) > 0.9 * len(outer)
    assert sum(len(of_council) > 1 for of_council in rings.values()) >= 2
    slivers = [ring for ring in rings["10"] if abs(area(ring)) < 1e-9]
    assert len(slivers) == 8
    assert all(y > 34.8 and x > -117.7 for ring in slivers for x, y in ring)


def test_two_councils_of_the_sample_overlap() -> None:
    encino, balboa = (published(None)[code][0][::-1] for code in ("18", "19"))
    assert area(common(encino, balboa)) > 1e-5


@pytest.mark.parametrize("flaw", FLAWS)
@pytest.mark.parametrize("file", [None, OFFICIAL], ids=["sample", "official"])
def test_every_flaw_changes_the_polygons(file: Path | None, flaw: str) -> None:
    if file and not file.exists():
        pytest.skip("the official polygons of ../shared/data are not in this checkout")
    before = from_file(file) if file else approximate()
    after = before.with_flaws((flaw,), "2026-11-24T00:00:00.000Z")
    assert len(json.loads(after.geojson)["features"]) in (99, 100)
    assert json.loads(after.geojson) != json.loads(before.geojson) or flaw == "clockwise"
