from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lacity_data_api.city.facts import City
from lacity_data_api.params import year_before
from tests.support.databases import Database
from tests.support.rows import add_requests, add_square
from tests.support.serving import Api

TODAY = City(time_zone=ZoneInfo("America/Los_Angeles")).today()
METER_NORTH = 1 / 110_924
METER_EAST = 1 / 92_330
CITY_HALL = (34.0537, -118.2427)
AUCKLAND = (-36.8509, 174.7645)


def _spot(count: int, north_m: float, east_m: float, step_m: float, **more: Any) -> list[dict[str, Any]]:
    """A row of requests, ``step_m`` meters apart to the east."""
    latitude = CITY_HALL[0] + north_m * METER_NORTH
    return [
        {
            "type_id": 2,
            "latitude": latitude,
            "longitude": CITY_HALL[1] + (east_m + number * step_m) * METER_EAST,
            "created_date": "2020-06-01",
            **more,
        }
        for number in range(count)
    ]


@pytest.fixture(scope="module", autouse=True)
def rows(database: Database) -> None:
    """One hot spot across a border of council 3, one outside every council, and requests that form none."""
    border = CITY_HALL[1]
    add_square(database, 3, border, 34.0, border + 0.05, 34.1)
    add_square(database, 2, border - 0.05, 34.0, border, 34.1)
    across = [
        row | {"council_id": 3 if row["longitude"] > border else 2}
        for row in _spot(12, 0, -24.5, 5, created_date="2020-06-02")
    ]
    outside = _spot(13, 5_000, 0, 0, council_id=0)
    few = _spot(11, 1_000, 0, 0)
    far_apart = _spot(11, 2_000, 0, 0) + _spot(1, 2_000, 31, 0)
    near_enough = _spot(11, 2_500, 0, 0, type_id=6) + _spot(1, 2_500, 29, 0, type_id=6)
    other_type = _spot(12, 3_000, 0, 0, type_id=1)
    early = _spot(12, 4_000, 0, 0, created_date="2019-12-31 23:59")
    unlocated = _spot(14, 8_000, 0, 0, latitude=None, longitude=None)
    calls = _spot(15, 9_000, 0, 0, is_information=True)
    recent = _spot(12, 6_000, 0, 0, type_id=5, created_date=str(TODAY))
    far_away = _spot(12, 0, 0, 0, type_id=7, latitude=AUCKLAND[0], longitude=AUCKLAND[1])
    old = _spot(12, 7_000, 0, 0, type_id=5, created_date=str(year_before(TODAY) - dt.timedelta(days=1)))
    add_requests(
        database,
        *across,
        *outside,
        *few,
        *far_apart,
        *near_enough,
        *other_type,
        *early,
        *recent,
        *old,
        *unlocated,
        *calls,
        *far_away,
    )


def _hotspots(api: Api, **parameters: Any) -> list[dict[str, Any]]:
    collection = api.json("/geojson/hotspots", **parameters)
    assert collection["type"] == "FeatureCollection"
    features: list[dict[str, Any]] = collection["features"]
    return features


def test_hotspots_are_found_in_meters(api: Api) -> None:
    found = _hotspots(api, start_date="2020-01-01")
    assert sorted(feature["properties"]["count"] for feature in found) == [12, 13]


def test_thirty_meters_are_close_enough(api: Api) -> None:
    (found,) = _hotspots(api, type_id=6, start_date="2020-01-01")
    assert found["properties"]["count"] == 12


Point = tuple[float, float]


def _clusters(points: list[Point]) -> list[int]:
    """The sizes of the clusters by the definition of DBSCAN; no two of them may share a point."""
    near = [[other for other, to in enumerate(points) if math.dist(point, to) < 30] for point in points]
    cores = {at for at, neighbors in enumerate(near) if len(neighbors) >= 12}
    sizes = []
    while cores:
        found, reached = set[int](), {cores.pop()}
        while reached:
            found |= reached
            reached = {other for at in reached if len(near[at]) >= 12 for other in near[at]} - found
        cores -= found
        sizes.append(len(found))
    return sorted(sizes)


def _ring(east: float, north: float, number: int) -> list[Point]:
    """A point and others around it, all of them within 30 meters of it, but most not of each other."""
    turns = [2 * math.pi * at / number for at in range(number)]
    return [(east, north), *((east + 29 * math.cos(turn), north + 29 * math.sin(turn)) for turn in turns)]


@pytest.mark.slow
def test_requests_that_return_to_the_same_places(api: Api, database: Database) -> None:
    """Each cluster by definition, of three places with many requests, or around one place with few."""
    chance = random.Random(19)
    points: list[Point] = []
    for number in range(60):
        east, north = number * 120.5, 12_000 + number * 7.3
        points += _ring(east, north, chance.randint(10, 12))
        for place in _ring(east, north + 200, 2):
            points += [place] * chance.choice([1, 3, 5, 11, 30])
    chance.shuffle(points)
    rows = [
        row
        for east, north in points
        for row in _spot(1, north, east, 0, type_id=9, created_date="2021-01-01")
    ]
    add_requests(database, *rows)
    found = _hotspots(api, type_id=9, start_date="2021-01-01")
    assert sorted(one["properties"]["count"] for one in found) == _clusters(points)
    assert 60 < len(found) < 120


def test_hotspot_across_a_border_is_one_and_belongs_to_the_larger_part(api: Api) -> None:
    across = _hotspots(api, start_date="2020-06-02")
    assert len(across) == 1
    properties = across[0]["properties"]
    assert (properties["council_id"], properties["count"]) == (3, 12)
    longitude, latitude = across[0]["geometry"]["coordinates"]
    assert math.isclose(latitude, CITY_HALL[0], abs_tol=1e-6)
    assert math.isclose(longitude, CITY_HALL[1] + 3 * METER_EAST, abs_tol=1e-6)


def test_hotspot_outside_every_council_stays(api: Api) -> None:
    names = [feature["properties"]["council_name"] for feature in _hotspots(api, start_date="2020-01-01")]
    assert "No council" in names


def test_the_other_end_of_the_world_has_hotspots(api: Api) -> None:
    """The numbers of cells exceeded 32 bits there."""
    (found,) = _hotspots(api, type_id=7, start_date="2020-01-01")
    assert found["geometry"]["coordinates"] == [AUCKLAND[1], AUCKLAND[0]]


def test_first_day_counts(api: Api) -> None:
    assert len(_hotspots(api, start_date="2019-12-31")) == 3


def test_default_is_one_year(api: Api) -> None:
    assert len(_hotspots(api, type_id=5)) == 1


@pytest.mark.parametrize("type_id", [0, -1, 2**31, 2**63 - 1])
def test_unknown_type_has_no_hotspots(api: Api, type_id: int) -> None:
    assert _hotspots(api, type_id=type_id, start_date="2019-01-01") == []


@pytest.mark.parametrize(
    "text", ["yesterday", "2020-02-30", "2020-01-01'; SELECT pg_sleep(5) --", "2020-01-01 00:00", ""]
)
def test_malformed_start_date_is_422(api: Api, text: str) -> None:
    assert api.get("/geojson/hotspots", start_date=text).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_ends_of_the_calendar(api: Api, day: str) -> None:
    assert api.get("/geojson/hotspots", start_date=day).status_code == 200


def test_polygons(api: Api) -> None:
    collection = api.json("/geojson")
    assert [feature["properties"]["council_id"] for feature in collection["features"]] == [2, 3]
    feature = collection["features"][0]
    assert list(feature["properties"]) == ["council_id", "council_name", "nc_id"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert [CITY_HALL[1] - 0.05, 34.0] in feature["geometry"]["coordinates"][0][0]


@pytest.mark.parametrize("code", ["007", "00", "0", "7", "123456789", "1234567890", "-1", "1.0", '"'])
def test_a_code_is_a_number_only_if_json_can_write_it(api: Api, database: Database, code: str) -> None:
    """Codes with leading zeros made the whole document invalid."""
    before = database.value("SELECT nc_id FROM geometries WHERE council_id = 3")
    database.run("UPDATE geometries SET nc_id = %s WHERE council_id = 3", code)
    try:
        api.publish()
        written = api.json("/geojson")["features"][1]["properties"]["nc_id"]
    finally:
        database.run("UPDATE geometries SET nc_id = %s WHERE council_id = 3", before)
    assert written == (int(code) if code in {"0", "7", "123456789"} else code)


def test_exterior_rings_run_counterclockwise(api: Api, database: Database) -> None:
    """ST_MakeEnvelope, like many publishers, runs clockwise; RFC 7946 3.1.6 requires the other direction."""
    assert database.value("SELECT bool_and(ST_IsPolygonCW(geom)) FROM geometries")
    for feature in api.json("/geojson")["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            assert _signed_area(polygon[0]) > 0


def _signed_area(ring: list[list[float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) / 2


def test_of_overlapping_councils_the_smaller_one_is_found(api: Api, database: Database) -> None:
    add_square(database, 9, CITY_HALL[1] + 0.02, 34.02, CITY_HALL[1] + 0.03, 34.03)
    try:
        found = api.json("/geojson/geocode", latitude=34.025, longitude=CITY_HALL[1] + 0.025)
        assert found == {"council_id": 9}
    finally:
        database.run("DELETE FROM geometries WHERE council_id = 9")


@pytest.mark.parametrize(
    ("latitude", "longitude", "council_id"),
    [
        (34.05, CITY_HALL[1] + 0.01, 3),
        (34.05, CITY_HALL[1] - 0.01, 2),
        (34.05, CITY_HALL[1], 2),
        (34.1, CITY_HALL[1] + 0.05, 3),
    ],
)
def test_place_is_in_its_council(api: Api, latitude: float, longitude: float, council_id: int) -> None:
    found = api.json("/geojson/geocode", latitude=latitude, longitude=longitude)
    assert found == {"council_id": council_id}


@pytest.mark.parametrize(("latitude", "longitude"), [(0, 0), (90, 180), (-90, -180), (34.05, -118.4)])
def test_place_outside_is_404(api: Api, latitude: float, longitude: float) -> None:
    assert api.get("/geojson/geocode", latitude=latitude, longitude=longitude).status_code == 404


@pytest.mark.parametrize("latitude", ["nan", "inf", "-inf", 90.0001, "x", 1e308, ""])
def test_malformed_coordinate_is_422(api: Api, latitude: Any) -> None:
    assert api.get("/geojson/geocode", latitude=latitude, longitude=0).status_code == 422
