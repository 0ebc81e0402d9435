"""The requests of the original's map client when it opens, and the fields it reads."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.serving import ORIGIN, Api

LOCATED = "SELECT request_id FROM service_requests WHERE latitude IS NOT NULL ORDER BY request_id"
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(days=number) for number in range(8)]
PIN_FIELDS = {"requestId", "typeId", "closedDate", "createdDate", "latitude", "longitude"}
DETAIL_FIELDS = {
    "requestId",
    "srnumber",
    "councilName",
    "typeName",
    "typeId",
    "agencyId",
    "agencyName",
    "sourceName",
    "createdDate",
    "closedDate",
    "address",
}


def _ask(api: Api, path: str, **parameters: Any) -> Any:
    response = api.client.get(path, params=parameters, headers={"Origin": ORIGIN})
    assert response.status_code == 200, response.text
    assert response.headers["access-control-allow-origin"] == ORIGIN
    return response.json()


def _day(api: Api, day: dt.date) -> Any:
    return _ask(api, "/requests", start_date=day, end_date=day, limit=10_000)


@pytest.fixture(scope="module")
def points(api: Api) -> list[dict[str, Any]]:
    """One call per day, all in parallel, as the map sends them."""
    with ThreadPoolExecutor(len(DAYS)) as pool:
        return [point for day in pool.map(lambda day: _day(api, day), DAYS) for point in day]


def test_every_request_with_a_place_is_loaded_once(points: list[dict[str, Any]], database: Database) -> None:
    stored = database.run(LOCATED)
    assert sorted(point["requestId"] for point in points) == [request_id for (request_id,) in stored]


def test_points_have_the_fields_that_the_map_draws(points: list[dict[str, Any]]) -> None:
    assert all(point.keys() >= PIN_FIELDS for point in points)
    assert sum(point["closedDate"] is None for point in points) == 43


def test_metadata_arrive_together(api: Api) -> None:
    paths = ["/status/api", "/councils", "/regions", "/agencies", "/geojson"]
    with ThreadPoolExecutor(len(paths)) as pool:
        status, councils, regions, agencies, polygons = pool.map(lambda path: _ask(api, path), paths)
    assert status["lastPulledLocal"]
    assert all({"councilId", "councilName", "regionName"} <= council.keys() for council in councils)
    assert len(regions) == 12
    assert all({"agencyId", "website"} <= agency.keys() for agency in agencies)
    assert [feature["properties"]["council_id"] for feature in polygons["features"]] == list(range(1, 100))
    assert set(polygons["features"][0]["properties"]) == {"council_id", "council_name", "nc_id"}


def test_details_of_a_pin(api: Api, points: list[dict[str, Any]]) -> None:
    detail = _ask(api, f"/requests/{points[0]['requestId']}")
    assert detail["requestId"] == points[0]["requestId"]
    assert detail.keys() >= DETAIL_FIELDS


def test_address_leads_to_its_council(api: Api) -> None:
    assert _ask(api, "/geojson/geocode", latitude=34.0449, longitude=-118.2349) == {"council_id": 3}
