from __future__ import annotations

import httpx
import pytest

from tests.support.databases import Database
from tests.support.serving import ORIGIN, Api, serve, settings_for

ALLOWED = "https://map.311.example,http://localhost:3000"
OTHER_ORIGINS = [
    "h",
    "https://311",
    "https://map.311.example.evil.example",
    "https://map.311.exampl",
    "https://evil.example/https://map.311.example",
    "http://map.311.example",
    "https://map.311.example:443",
    "https://MAP.311.EXAMPLE",
    "https://map.311.example,http://localhost:3000",
    "http://localhost",
    "http://localhost:30000",
    "null",
    "*",
    "",
]


@pytest.fixture(scope="module")
def strict(database: Database, api: Api) -> Api:
    with serve(settings_for(database, api_allowed_origins=ALLOWED)) as running:
        yield running


def permission(headers: httpx.Headers) -> list[str]:
    return [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "path", ["/types", "/requests/1", "/requests/history", "/nowhere", "/reports?field=nope"]
)
@pytest.mark.parametrize("origin", OTHER_ORIGINS)
def test_part_of_an_origin_is_not_allowed(strict: Api, origin: str, path: str) -> None:
    for _ in range(2):  # made by the routes, then cached
        response = strict.client.get(path, headers={"Origin": origin})
        assert permission(response.headers) == []
        assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize("origin", OTHER_ORIGINS[:-1])
def test_unknown_origin_fails_its_preflight(strict: Api, origin: str) -> None:
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    response = strict.client.options("/feedback", headers=preflight)
    assert response.status_code == 400
    assert permission(response.headers) == []


@pytest.mark.parametrize("origin", ALLOWED.split(","))
def test_each_origin_of_the_list_is_allowed(strict: Api, origin: str) -> None:
    response = strict.client.get("/types", headers={"Origin": origin})
    assert response.headers["access-control-allow-origin"] == origin
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    permitted = strict.client.options("/feedback", headers=preflight)
    assert (permitted.status_code, permitted.headers["access-control-allow-origin"]) == (204, origin)


@pytest.mark.parametrize(
    "path", ["/requests/1/history", "/requests/999999/history", "/geojson/hotspots", "/tiles.json"]
)
def test_any_origin_may_read_what_the_map_of_the_reports_reads(strict: Api, path: str) -> None:
    for _ in range(2):
        response = strict.client.get(path, headers={"Origin": "https://reports.example"})
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers
        exposed = response.headers["access-control-expose-headers"].lower().split(", ")
        assert {"x-data-generation", "x-request-id"} & response.headers.keys() <= set(exposed)


def test_without_a_list_no_origin_is_allowed(database: Database) -> None:
    with serve(settings_for(database, api_allowed_origins="")) as closed:
        response = closed.client.get("/types", headers={"Origin": ORIGIN})
    assert permission(response.headers) == []
