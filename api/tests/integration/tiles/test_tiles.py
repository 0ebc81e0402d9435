"""Tiles compared with counts of the rows, and how they are cached."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.tiles.adding_up import Place, check_sum, features, random_filter, random_rows
from tests.support.counting import queries
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

README = Path(__file__).parents[3] / "README.md"
MVT = "application/vnd.mapbox-vector-tile"
# A tile without requests within the city's bounds, and one far from the city.
EMPTY, FAR = "16/11150/26000", "16/1/1"
CITY_HALL = (11242, 26167)


@pytest.fixture(scope="module")
def places(database: Database) -> list[Place]:
    """The locations of this module's rows."""
    rows = random_rows(random.Random(311), 700)
    add_requests(database, *rows, {"type_id": 4, "created_date": "2020-01-02 14:21:00"})
    located = {Place(row["longitude"], row["latitude"]) for row in rows if row["latitude"] is not None}
    return [*located, Place(-118.2427, 34.0537)]


@pytest.fixture(scope="module")
def served(places: list[Place], api: Api) -> Api:
    """The API on these rows."""
    return api


def _generation(api: Api) -> int:
    return int(api.get("/tiles.json").headers["x-data-generation"])


def _get(api: Api, tile: str, **headers: str) -> httpx.Response:
    return api.client.get(f"/tiles/{_generation(api)}/{tile}.mvt", headers=headers)


# One of each way to count: from each rollup, from rows found by location and by index, and both combined.
@pytest.mark.parametrize("zoom", [0, 8, 10, 11, 13, 14, 15, 16])
def test_counts_add_up(served: Api, places: list[Place], zoom: int) -> None:
    check_sum(served, places, [zoom], {})
    check_sum(
        served, places, [zoom], {"start_date": "2019-11-10", "end_date": "2020-03-05", "type_id": [1, 2]}
    )


@pytest.mark.parametrize("seed", range(8))
def test_counts_of_random_filters_add_up(served: Api, places: list[Place], seed: int) -> None:
    chance = random.Random(seed)
    check_sum(served, places, [chance.randint(0, 10), chance.randint(11, 13)], random_filter(chance))


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(200))
def test_counts_of_200_random_filters_add_up_at_every_zoom(
    served: Api, places: list[Place], seed: int
) -> None:
    check_sum(served, places, range(17), random_filter(random.Random(1_000 + seed)))


def test_point_says_what_it_is(served: Api) -> None:
    (point,) = features(served, _generation(served), 16, CITY_HALL, type_id=4, status="open")
    detail = served.json(f"/requests/{point['id']}")
    assert point["properties"] == {
        "request_id": detail["requestId"],
        "type_id": 4,
        "created_date": "2020-01-02T14:21:00",
        "is_open": True,
    }


def test_single_requests_are_clusters_below_the_zooms_that_the_readme_states(served: Api) -> None:
    [zooms] = re.findall(r"below zoom (\d+) \((\d+) with dates\),\s+a single request", README.read_text())
    for zoom, dates in zip(map(int, zooms), ({}, {"start_date": "2020-01-01"}), strict=True):
        below, above = (_sizes_at_city_hall(served, one, type_id=4, **dates) for one in (zoom - 1, zoom))
        assert 1 in below
        assert None in above
        assert 1 not in above


def _sizes_at_city_hall(api: Api, zoom: int, **chosen: Any) -> list[int | None]:
    """The counts of the features, None for a single request."""
    tile = (CITY_HALL[0] >> 16 - zoom, CITY_HALL[1] >> 16 - zoom)
    found = features(api, _generation(api), zoom, tile, **chosen)
    return [one["properties"].get("point_count") for one in found]


def test_tile_is_immutable_and_compressed(served: Api) -> None:
    response = _get(served, "8/43/102", **{"Accept-Encoding": "gzip"})
    assert response.headers["content-type"] == MVT
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-encoding"] == "gzip"
    again = _get(served, "8/43/102", **{"If-None-Match": response.headers["etag"], "Accept-Encoding": "gzip"})
    assert again.status_code == 304
    assert again.headers["cache-control"] == response.headers["cache-control"]


@pytest.mark.parametrize("tile", [EMPTY, FAR])
def test_empty_tile_is_204_and_immutable(served: Api, tile: str) -> None:
    for _ in range(2):
        response = _get(served, tile)
        assert (response.status_code, response.content) == (204, b"")
        assert "immutable" in response.headers["cache-control"]
        assert "content-type" not in response.headers


def test_tile_far_from_the_city_takes_no_place_in_the_cache(served: Api) -> None:
    _generation(served)
    before = len(served.state.responses.memory)
    _get(served, FAR)
    assert len(served.state.responses.memory) == before


def test_equal_filters_share_a_response(served: Api) -> None:
    path = f"/tiles/{_generation(served)}/12/702/1635.mvt"
    served.client.get(f"{path}?type_id=2&type_id=1")
    before = len(served.state.responses.memory)
    served.client.get(f"{path}?type_id=1&type_id=2&type_id=2")
    assert len(served.state.responses.memory) == before


def test_any_origin_may_read_tiles(served: Api) -> None:
    for path in ("/tiles.json", f"/tiles/{_generation(served)}/8/43/102.mvt"):
        response = served.client.get(path, headers={"Origin": "https://anywhere.example"})
        assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["2/4/0", "2/0/4", "0/0/1"])
def test_tile_that_the_world_does_not_have_is_404(served: Api, path: str) -> None:
    assert _get(served, path).status_code == 404


@pytest.mark.parametrize("path", ["17/0/0", "-1/0/0", "x/0/0"])
def test_zoom_that_is_not_served_is_422(served: Api, path: str) -> None:
    assert _get(served, path).status_code == 422


def test_unknown_filter_is_422(served: Api) -> None:
    assert served.get("/tiles.json", typeId=1).status_code == 422
    assert served.get(f"/tiles/{_generation(served)}/0/0/0.mvt", **{"type_id[]": 1}).status_code == 422


def test_tile_json_leads_to_the_tiles_of_its_filters(served: Api) -> None:
    described = served.json("/tiles.json", type_id=[2, 1], start_date="2020-01-01")
    generation = _generation(served)
    address = (
        f"{served.url}/tiles/{generation}/{{z}}/{{x}}/{{y}}.mvt?start_date=2020-01-01&type_id=1&type_id=2"
    )
    assert described["tiles"] == [address]
    assert described["bounds"] == [-118.8, 33.6, -118.0, 34.5]
    (layer,) = described["vector_layers"]
    found: dict[str, Any] = {}
    for one in features(served, generation, 14, (2808, 6543)) + features(served, generation, 8, (43, 102)):
        found |= one["properties"]
    assert found.keys() <= layer["fields"].keys()


def test_tile_json_names_the_host_that_was_asked(served: Api) -> None:
    for host in ("one.example", "two.example"):
        response = served.client.get("/tiles.json", headers={"Host": host})
        assert response.json()["tiles"][0].startswith(f"http://{host}/tiles/")


def test_older_generation_redirects_to_the_one_served(served: Api, database: Database) -> None:
    """Last in this module, because it changes the generation."""
    old = _generation(served)
    path = f"/tiles/{old}/8/43/102.mvt?status=open"
    before = features(served, old, 8, (43, 102), status="open")
    add_requests(database, {"closed_date": None})
    served.publish()
    response = served.client.get(path)
    assert response.status_code == 307
    assert response.headers["location"] == f"/tiles/{old + 1}/8/43/102.mvt?status=open"
    assert response.headers["cache-control"] == "no-store"
    after = features(served, old + 1, 8, (43, 102), status="open")

    def total(found: list[Any]) -> int:
        return sum(one["properties"].get("point_count", 1) for one in found)

    assert total(after) == total(before) + 1


def test_low_zooms_are_primed(served: Api) -> None:
    assert served.publish()["tiles"] >= 11
    generation = _generation(served)
    with queries() as counted:
        for zoom, tile in ((0, (0, 0)), (8, (43, 102)), (10, (175, 408))):
            features(served, generation, zoom, tile)
    assert counted.made == 0
