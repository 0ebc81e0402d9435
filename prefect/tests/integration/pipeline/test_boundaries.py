"""Council polygons: repaired or rejected, updated when they change, and used to place requests."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import load, plain_row
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound, served_of
from samples import first

from pipeline import polygons
from pipeline.boundaries import Boundaries, read_areas
from pipeline.city import load_city
from pipeline.database import connect
from pipeline.errors import DataError
from pipeline.polygons import BoundaryRefresh
from portal.boundaries import approximate
from portal.server import serve

LIVE = "2cy6-i7zn"
CITY = load_city()
PUBLISHED: list[dict[str, Any]] = json.loads(approximate().geojson)["features"]
COUNCILS = {feature["properties"]["nc_id"] for feature in PUBLISHED}
BOW_TIE = [[[-118.3, 34.0], [-118.2, 34.1], [-118.2, 34.0], [-118.3, 34.1], [-118.3, 34.0]]]
LINE = [[[-118.3, 34.0], [-118.2, 34.1], [-118.3, 34.0], [-118.3, 34.0]]]


@pytest.fixture
def features() -> list[dict[str, Any]]:
    return copy.deepcopy(PUBLISHED)


def refresh(database: Database, features: list[Any]) -> BoundaryRefresh:
    """Load the polygons as a run would."""
    with connect(database.loader_url, "test") as connection, connection.transaction():
        return polygons.refresh(connection, read_areas(features, CITY), CITY)


def polygon(feature: dict[str, Any], rings: list[Any]) -> None:
    feature["geometry"] = {"type": "Polygon", "coordinates": rings}


def test_a_polygon_that_crosses_itself_is_repaired_with_a_notice(
    database: Database, features: list[dict[str, Any]]
) -> None:
    polygon(features[0], BOW_TIE)
    refreshed = refresh(database, features)
    assert refreshed.has_changed
    assert [notice for notice in refreshed.notices if "was repaired" in notice]
    assert database.value("SELECT bool_and(ST_IsValid(geom)) FROM geometries")
    assert database.value("SELECT count(*) FROM geometries") == len(COUNCILS)


def test_a_feature_without_a_polygon_is_rejected_with_a_notice(
    database: Database, features: list[dict[str, Any]]
) -> None:
    polygon(features[0], LINE)
    features[1]["geometry"] = {"type": "Nonsense"}
    features[2]["properties"]["service_re"] = "nowhere"
    features[3]["properties"].pop("nc_id")
    refreshed = refresh(database, features)
    assert sum("was rejected" in notice for notice in refreshed.notices) == 4
    left = {feature["properties"].get("nc_id") for feature in features[4:]}
    assert database.value("SELECT count(*) FROM geometries") == len(left)


def test_new_lost_and_moved_councils_are_reported(database: Database, features: list[dict[str, Any]]) -> None:
    refresh(database, features)
    lost = features.pop()["properties"]
    features[0]["properties"]["service_re"] = "REGION 12 - ELSEWHERE"
    newcomer = copy.deepcopy(features[1])
    newcomer["properties"] |= {"nc_id": "999", "name": "MARS NC", "service_re": "REGION 13 - MARS"}
    features.append(newcomer)
    notices = " | ".join(refresh(database, features).notices)
    assert "MARS NC is a new area" in notices
    assert f"the area with code {lost['nc_id']} no longer has a polygon" in notices
    assert "1 area is now in a different region" in notices
    named = "SELECT council_name, region_name FROM councils JOIN regions USING (region_id)"
    added = f"{named} WHERE data_code = '999'"
    assert database.rows(added) == [("Mars", "Region 13")]


def test_a_dataset_that_lost_many_is_left_alone(database: Database, features: list[dict[str, Any]]) -> None:
    refresh(database, features)
    refreshed = refresh(database, features[:50])
    assert not refreshed.has_changed
    assert refreshed.digest == ""
    assert "are missing from the boundary dataset or cannot be read" in refreshed.problem
    assert database.value("SELECT count(*) FROM geometries") == len(COUNCILS)


def test_a_renamed_council_is_reported_and_keeps_its_name_here(
    database: Database, features: list[dict[str, Any]]
) -> None:
    refresh(database, features)
    former = features[5]["properties"]["name"]
    features[5]["properties"]["name"] = "ATLANTIS NC"
    reported = " | ".join(refresh(database, features).notices)
    assert f"{former} is now published as ATLANTIS NC; its name here stays" in reported
    assert database.value("SELECT count(*) FROM councils WHERE council_name = 'Atlantis'") == 0


def test_polygons_of_another_projection_leave_those_of_before(
    database: Database, features: list[dict[str, Any]]
) -> None:
    refresh(database, features)
    stored = "SELECT council_id, ST_AsText(geom) FROM geometries ORDER BY 1"
    before = database.rows(stored)
    for feature in features:
        rings = feature["geometry"]["coordinates"]
        feature["geometry"]["coordinates"] = json.loads(
            json.dumps(rings), parse_float=lambda x: float(x) * 1e4
        )
    refreshed = refresh(database, features)
    assert "projection" in refreshed.problem
    assert database.rows(stored) == before


def code_of(feature: dict[str, Any]) -> str:
    return str(feature["properties"]["nc_id"])


def square(west: float, south: float, size: float) -> list[Any]:
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def test_heights_are_dropped_and_rings_run_counterclockwise(
    database: Database, features: list[dict[str, Any]]
) -> None:
    (ring,) = square(-118.3, 34.0, 0.01)
    polygon(features[0], [[[*point, 12.5] for point in reversed(ring)]])
    refresh(database, features[:1])
    assert database.rows("SELECT ST_NDims(geom), ST_IsPolygonCCW(geom) FROM geometries") == [(2, True)]


def test_a_council_in_two_features_is_one_area(database: Database, features: list[dict[str, Any]]) -> None:
    second = copy.deepcopy(features[0])
    polygon(features[0], square(-118.3, 34.0, 0.01))
    polygon(second, square(-118.28, 34.0, 0.01))
    refresh(database, [features[0], second])
    code = "SELECT data_code FROM councils WHERE council_id = council_at(%s, 34.005)"
    assert database.value(code, -118.295) == database.value(code, -118.275) == code_of(features[0])


def test_of_overlapping_councils_the_smaller_one_has_the_place(
    database: Database, features: list[dict[str, Any]]
) -> None:
    large, small, twin = features[0], features[1], features[2]
    polygon(large, square(-118.3, 34.0, 0.1))
    polygon(small, square(-118.27, 34.03, 0.01))
    polygon(twin, square(-118.2, 34.2, 0.01))
    refresh(database, [large, small, twin])
    found = "SELECT data_code FROM councils WHERE council_id = council_at(%s, %s)"
    assert database.value(found, -118.265, 34.035) == code_of(small)
    assert database.value(found, -118.21, 34.01) == code_of(large)
    assert database.value("SELECT council_at(-118.0, 33.7)") is None
    settings = settings_for(database, "http://unused.invalid")
    inside = {"nc": None, "latitude": "34.035", "longitude": "-118.265"}
    load(settings, tolerant(), [plain_row(1, **inside), plain_row(2, **inside | {"nc": "0"})])
    placed = "SELECT DISTINCT data_code FROM service_requests JOIN councils USING (council_id)"
    assert database.rows(placed) == [(code_of(small),)]


def test_of_equally_large_councils_the_lower_id_has_the_place(
    database: Database, features: list[dict[str, Any]]
) -> None:
    for feature in features[:2]:
        polygon(feature, square(-118.3, 34.0, 0.01))
    refresh(database, features[:2])
    assert database.value("SELECT council_at(-118.295, 34.005) = min(council_id) FROM geometries")


def test_a_retired_council_is_found_by_the_place(database: Database, features: list[dict[str, Any]]) -> None:
    """A council without a polygon is retired, once there are polygons."""
    settings, city = settings_for(database, "http://unused.invalid"), tolerant()
    polygon(features[0], square(-118.3, 34.0, 0.1))
    retired, current = code_of(features[1]), code_of(features[0])
    here: dict[str, str | None] = {"nc": str(retired), "latitude": "34.05", "longitude": "-118.25"}
    away = here | {"latitude": "34.3", "longitude": "-118.5"}
    load(settings, city, [plain_row(1, **here)])
    placed = "SELECT data_code FROM service_requests JOIN councils USING (council_id) WHERE srnumber = %s"
    assert database.value(placed, "1-1") == retired
    boundaries: Boundaries = read_areas(features[:1], CITY)
    rows = [plain_row(1, **here), plain_row(2, **away), plain_row(3, **away | {"latitude": None})]
    load(settings, city, rows, boundaries=boundaries)
    assert [database.value(placed, f"1-{number}") for number in (1, 2, 3)] == [current, "0", "0"]
    assert_sound(database)


def test_requests_return_to_a_council_whose_polygon_returns(
    database: Database, features: list[dict[str, Any]]
) -> None:
    settings, city = settings_for(database, "http://unused.invalid"), tolerant()
    polygon(features[0], square(-118.3, 34.0, 0.1))
    polygon(features[1], square(-118.2, 34.2, 0.1))
    here: dict[str, str | None] = {"nc": code_of(features[1]), "latitude": "34.05", "longitude": "-118.25"}
    rows = [plain_row(1, **here), plain_row(2, **here | {"latitude": None, "longitude": None})]
    both, neighbor = read_areas(features[:2], CITY), read_areas(features[:1], CITY)
    placed = "SELECT data_code FROM service_requests JOIN councils USING (council_id) ORDER BY srnumber"
    load(settings, city, rows, boundaries=both)
    load(settings, city, [], boundaries=neighbor)
    assert database.rows(placed) == [(code_of(features[0]),), ("0",)]
    load(settings, city, [], boundaries=both)
    incremental = served_of(database)
    assert_sound(database)
    load(settings, city, rows, boundaries=both, full=True)
    assert incremental == served_of(database)
    assert database.rows(placed) == [(code_of(features[1]),)] * 2


def test_a_region_that_the_city_changes_stays_changed(
    database: Database, features: list[dict[str, Any]]
) -> None:
    settings, city = settings_for(database, "http://unused.invalid"), tolerant()
    load(settings, city, [plain_row(1), plain_row(2)], boundaries=read_areas(features, CITY))
    (council,) = (feature for feature in features if code_of(feature) == "52")
    council["properties"]["service_re"] = "REGION 13 - MARS"
    moved = read_areas(features, CITY)
    load(settings, city, [], boundaries=moved)
    load(settings, city, [plain_row(1, stamp=2, status="Closed")], boundaries=moved)
    regions = """
        SELECT DISTINCT served.region_id, councils.region_id
          FROM service_requests AS served JOIN councils USING (council_id)
    """
    assert database.rows(regions) == [(13, 13)]
    assert_sound(database)


def test_names_that_postgres_cannot_store_are_cleaned(
    database: Database, features: list[dict[str, Any]]
) -> None:
    features[0]["properties"] |= {"nc_id": "999", "name": "MA\x00RS \ud800"}
    refresh(database, features[:1])
    assert database.value("SELECT published_name FROM geometries") == "MARS ?"


BREAKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "unclosed": lambda feature: feature["geometry"]["coordinates"][0].pop(),
    "no polygon": lambda feature: feature.update(geometry=None),
    "no area": lambda feature: polygon(feature, LINE),
    "no region": lambda feature: feature["properties"].update(service_re="nowhere"),
    "no code": lambda feature: feature["properties"].pop("nc_id"),
    "no properties": lambda feature: feature.update(properties=["nc_id"]),
}


@pytest.mark.parametrize("broken", first(BREAKS, 2))
def test_a_polygon_that_cannot_be_read_stays_as_it_was(
    broken: str, database: Database, features: list[dict[str, Any]]
) -> None:
    settings, city = settings_for(database, "http://unused.invalid"), tolerant()
    polygon(features[0], square(-118.3, 34.0, 0.1))
    polygon(features[1], square(-118.2, 34.2, 0.1))
    load(settings, city, [plain_row(1, nc=code_of(features[1]))], boundaries=read_areas(features[:2], CITY))
    stored = "SELECT nc_id, loaded_at, ST_AsText(geom) FROM geometries ORDER BY 1"
    before = database.rows(stored), served_of(database)
    BREAKS[broken](features[1])
    run = load(settings, city, [], boundaries=read_areas(features[:2], CITY))
    assert any("the polygon was rejected" in check.meaning for check in run.checks)
    assert (database.rows(stored), served_of(database)) == before
    assert database.rows("SELECT * FROM changes") == []


def test_a_polygon_with_a_part_that_cannot_be_read_stays_as_it_was(
    database: Database, features: list[dict[str, Any]]
) -> None:
    second = copy.deepcopy(features[0])
    polygon(features[0], square(-118.3, 34.0, 0.01))
    polygon(second, square(-118.28, 34.0, 0.01))
    refresh(database, [features[0], second])
    before = database.rows("SELECT ST_AsText(geom) FROM geometries")
    second["geometry"] = None
    assert not refresh(database, [features[0], second]).has_changed
    assert database.rows("SELECT ST_AsText(geom) FROM geometries") == before


def test_polygons_are_read_every_time_until_all_can_be_read(
    database: Database, features: list[dict[str, Any]]
) -> None:
    """The file of before counts as new again if its broken version has changed another polygon."""
    settings, city = settings_for(database, "http://unused.invalid"), tolerant()
    polygon(features[0], square(-118.3, 34.0, 0.1))
    polygon(features[1], square(-118.2, 34.2, 0.1))
    original = read_areas(features[:2], CITY)
    load(settings, city, [plain_row(1)], boundaries=original)
    stored = "SELECT nc_id, ST_AsText(geom) FROM geometries ORDER BY 1"
    before = database.rows(stored)
    polygon(features[0], square(-118.4, 34.0, 0.1))
    features[1]["geometry"] = None
    load(settings, city, [], boundaries=read_areas(features[:2], CITY))
    assert database.rows(stored) != before
    load(settings, city, [], boundaries=original)
    assert database.rows(stored) == before


def test_boundaries_are_read_again_when_their_declaration_changes(features: list[dict[str, Any]]) -> None:
    assert CITY.boundaries
    other = CITY.boundaries.model_copy(update={"region_pattern": "([0-9])"})
    assert read_areas(features, CITY).digest == read_areas(features, CITY, CITY.boundaries).digest
    assert read_areas(features, CITY).digest != read_areas(features, CITY, other).digest


@pytest.mark.parametrize("body", first(["[]", "null", '{"features": 7}', '"features"']))
def test_a_run_goes_on_if_the_boundaries_have_another_shape(
    body: str, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "odd.geojson"
    file.write_text(body)
    with serve(rows=500, today=NOW.date(), boundaries_file=file) as (url, _):
        run = run_ingest(settings_for(database, url), datasets=(LIVE,))
    assert any("the boundaries could not be read" in check.meaning for check in run.checks)
    assert database.value("SELECT count(*) FROM service_requests") > 0


@pytest.mark.parametrize("odd", [None, 7, "feature", [], {}, {"properties": [], "geometry": []}])
def test_a_feature_of_another_shape_is_rejected_with_a_notice(
    odd: object, database: Database, features: list[dict[str, Any]]
) -> None:
    refreshed = refresh(database, [*features, odd])
    assert [notice for notice in refreshed.notices if "an area without a name" in notice]
    assert database.value("SELECT count(*) FROM geometries") == len(COUNCILS)


@pytest.fixture
def moving_city(tmp_path: Path, features: list[dict[str, Any]]) -> tuple[Path, list[dict[str, Any]]]:
    file = tmp_path / "boundaries.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file, features


def test_requests_follow_polygons_that_move(
    database: Database, moving_city: tuple[Path, list[dict[str, Any]]]
) -> None:
    file, features = moving_city
    placed = "SELECT council_id, count(*) FROM service_requests WHERE srnumber LIKE 'blank-%' GROUP BY 1"
    with serve(rows=500, today=NOW.date(), boundaries_file=file) as (url, portal):
        where = {"geolocation__latitude__s": "34.05", "geolocation__longitude__s": "-118.25"}
        row = {"casenumber": "blank-1", "createddate": "2026-11-20T09:00:00.000", "type": "Bulky Items"}
        portal.upsert(row | where, LIVE)
        run_ingest(settings_for(database, url), datasets=(LIVE,))
    first = database.rows(placed)
    geometries = [feature["geometry"] for feature in features]
    for feature, geometry in zip(features, geometries[1:] + geometries[:1], strict=True):
        feature["geometry"] = geometry
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with serve(rows=500, today=NOW.date(), boundaries_file=file) as (url, portal):
        portal.upsert(row | where, LIVE)
        run = run_ingest(settings_for(database, url), datasets=(LIVE,))
    assert "new boundaries" in run.message
    assert first != database.rows(placed)
    assert first[0][0] != 0
    assert_sound(database)


def test_a_run_goes_on_without_the_boundaries(database: Database) -> None:
    with serve(rows=500, today=NOW.date()) as (url, portal):
        portal.add_fault("unavailable", area="geospatial")
        run = run_ingest(settings_for(database, url), datasets=(LIVE,))
    assert any("the boundaries could not be read" in check.meaning for check in run.checks)
    assert database.value("SELECT count(*) FROM service_requests") > 0


def test_an_empty_boundary_dataset_stops_a_first_run_only(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "none.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    with serve(rows=500, today=NOW.date(), boundaries_file=file) as (url, _):
        settings = settings_for(database, url)
        with pytest.raises(DataError, match="no polygon of the boundary dataset can be read"):
            run_ingest(settings, datasets=(LIVE,))
        refresh(database, PUBLISHED)
        assert run_ingest(settings, datasets=(LIVE,)).check("boundaries").status == "warn"
    assert database.value("SELECT count(*) FROM geometries") == len(COUNCILS)


def test_two_areas_of_one_name_are_taken_and_reported(
    database: Database, features: list[dict[str, Any]]
) -> None:
    twin = copy.deepcopy(features[1])
    twin["properties"] |= {"nc_id": "999"}
    features.append(twin)
    assert refresh(database, features).has_changed
    name = database.value("SELECT council_name FROM councils WHERE data_code = '999'")
    run = load(settings_for(database, ""), tolerant(), [plain_row(1)])
    (check,) = (check for check in run.checks if check.name == f"areas named {name}")
    assert check.status == "warn"
    assert "999" in check.meaning
