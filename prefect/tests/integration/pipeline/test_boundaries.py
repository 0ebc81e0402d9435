"""Council polygons: repaired or refused, taken over when they changed, and requests placed by them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.nights import NOW, run_night, settings_for
from pipeline_tests.truth import assert_sound

from pipeline import boundaries
from pipeline.boundaries import Boundaries, Refreshed
from pipeline.database import connect
from portal.boundaries import approximate
from portal.server import serve

LIVE = "2cy6-i7zn"
PUBLISHED: list[dict[str, Any]] = json.loads(approximate().geojson)["features"]
BOW_TIE = [[[-118.3, 34.0], [-118.2, 34.1], [-118.2, 34.0], [-118.3, 34.1], [-118.3, 34.0]]]
LINE = [[[-118.3, 34.0], [-118.2, 34.1], [-118.3, 34.0], [-118.3, 34.0]]]


@pytest.fixture
def features() -> list[dict[str, Any]]:
    return copy.deepcopy(PUBLISHED)


def refresh(database: Database, features: list[dict[str, Any]], digest: str = "new") -> Refreshed:
    """Take the polygons over as a night would."""
    with connect(database.loader_url, "test") as connection, connection.transaction():
        return boundaries.refresh(connection, Boundaries(digest, tuple(features)))


def polygon(feature: dict[str, Any], rings: list[Any]) -> None:
    feature["geometry"] = {"type": "Polygon", "coordinates": rings}


def test_a_polygon_that_crosses_itself_is_repaired_and_told(
    database: Database, features: list[dict[str, Any]]
) -> None:
    polygon(features[0], BOW_TIE)
    refreshed = refresh(database, features)
    assert refreshed.has_changed
    assert [notice for notice in refreshed.notices if "was repaired" in notice]
    assert database.value("SELECT bool_and(ST_IsValid(geom)) FROM geometries")
    assert database.value("SELECT count(*) FROM geometries") == len(features)


def test_what_is_no_polygon_is_refused_and_told(database: Database, features: list[dict[str, Any]]) -> None:
    polygon(features[0], LINE)
    features[1]["geometry"] = {"type": "Nonsense"}
    features[2]["properties"]["service_re"] = "nowhere"
    features[3]["properties"].pop("nc_id")
    refreshed = refresh(database, features)
    assert sum("was refused" in notice for notice in refreshed.notices) == 4
    assert database.value("SELECT count(*) FROM geometries") == len(features) - 4


def test_new_lost_and_moved_councils_are_told(database: Database, features: list[dict[str, Any]]) -> None:
    refresh(database, features, "first")
    lost = features.pop()["properties"]
    features[0]["properties"]["service_re"] = "REGION 12 - ELSEWHERE"
    newcomer = copy.deepcopy(features[1])
    newcomer["properties"] |= {"nc_id": "999", "name": "MARS NC", "service_re": "REGION 13 - MARS"}
    features.append(newcomer)
    told = " | ".join(refresh(database, features).notices)
    assert "MARS NC is a new council" in told
    assert f"the council with code {lost['nc_id']} has no polygon any more" in told
    assert "1 councils are in another region now" in told
    added = (
        "SELECT council_name, region_name FROM councils JOIN regions USING (region_id) WHERE data_code = 999"
    )
    assert database.rows(added) == [("Mars", "Region 13")]


def test_a_dataset_that_lost_many_is_left_alone(database: Database, features: list[dict[str, Any]]) -> None:
    refresh(database, features, "first")
    refreshed = refresh(database, features[:50])
    assert not refreshed.has_changed
    assert refreshed.digest == ""
    assert "it was not taken over" in refreshed.notices[0]
    assert database.value("SELECT count(*) FROM geometries") == len(features)


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
        run_night(settings_for(database, url), datasets=(LIVE,))
    first = database.rows(placed)
    geometries = [feature["geometry"] for feature in features]
    for feature, geometry in zip(features, geometries[1:] + geometries[:1], strict=True):
        feature["geometry"] = geometry
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with serve(rows=500, today=NOW.date(), boundaries_file=file) as (url, portal):
        portal.upsert(row | where, LIVE)
        night = run_night(settings_for(database, url), datasets=(LIVE,))
    assert "new boundaries" in night.message
    assert first != database.rows(placed)
    assert first[0][0] != 0
    assert_sound(database)


def test_a_night_goes_on_without_the_boundaries(database: Database) -> None:
    with serve(rows=500, today=NOW.date()) as (url, portal):
        portal.misbehave("unavailable", area="geospatial")
        night = run_night(settings_for(database, url), datasets=(LIVE,))
    assert any("the boundaries could not be read" in check.value for check in night.checks)
    assert database.value("SELECT count(*) FROM service_requests") > 0


def test_an_empty_boundary_dataset_is_refused(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "none.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    with serve(rows=500, today=NOW.date(), boundaries_file=file) as (url, _):
        night = run_night(settings_for(database, url), datasets=(LIVE,))
    assert any("has no features" in check.value for check in night.checks)
