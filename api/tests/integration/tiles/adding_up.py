"""Decoded tiles, compared with counts of the rows."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from typing import Any, NamedTuple

import mapbox_vector_tile

from tests.support.serving import Api

COLUMNS = ("type_id", "council_id", "agency_id", "source_id")
PLACES = 25
DOWNWARD = {"y_coord_down": True}


class Place(NamedTuple):
    longitude: float
    latitude: float

    def tiles(self, zoom: int) -> set[tuple[int, int]]:
        """The tiles that the place may be in: both if it is on an edge."""
        return {
            _tile(self.longitude + east * 1e-9, self.latitude + north * 1e-9, zoom)
            for east in (-1, 1)
            for north in (-1, 1)
        }


def _tile(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """By the formula of the Mapbox and OpenStreetMap documentation."""
    radians = math.radians(latitude)
    y = (1 - math.log(math.tan(radians) + 1 / math.cos(radians)) / math.pi) / 2
    return int((longitude + 180) / 360 * 2**zoom), int(y * 2**zoom)


def _edge(zoom: int, x: int, y: int) -> Place:
    """The corner at which four tiles meet."""
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**zoom))))
    return Place(x / 2**zoom * 360 - 180, latitude)


EDGES = [_edge(10, 175, 408), _edge(14, 2808, 6543), _edge(16, 11235, 26172)]


def random_rows(chance: random.Random, number: int) -> list[dict[str, Any]]:
    """Rows of which many share a location; some are on tile edges, some have no coordinates."""
    places = EDGES + [
        Place(chance.uniform(-118.5, -118.1), chance.uniform(33.7, 34.3)) for _ in range(PLACES)
    ]
    rows = []
    for _ in range(number):
        place = chance.choice([None, *places, *places, *places])
        if place and chance.random() < 0.5:
            place = Place(place.longitude + chance.uniform(0, 2e-4), place.latitude)
        created = (
            f"20{chance.choice(['19-11', '19-12', '20-01', '20-02', '20-03'])}-{chance.randint(1, 28):02}"
        )
        rows.append(
            {
                "longitude": place and place.longitude,
                "latitude": place and place.latitude,
                "created_date": chance.choice([f"{created} 13:05:07", created]),
                "closed_date": chance.choice([None, "2020-05-01 08:00"]),
                "type_id": chance.randint(1, 6),
                "council_id": chance.choice([0, 1, 52]),
                "agency_id": chance.randint(1, 3),
                "source_id": chance.randint(1, 3),
                "is_information": chance.random() < 0.1,
            }
        )
    return rows


def random_filter(chance: random.Random) -> dict[str, Any]:
    """Parameters of /requests."""
    chosen: dict[str, Any] = {}
    if chance.random() < 0.7:
        days = sorted(
            f"2020-{chance.randint(1, 3):02}-{chance.choice([1, 2, 15, 28, 29]):02}" for _ in range(2)
        )
        days = (
            ["2019-" + chance.choice(["11-01", "12-01", "12-15"]), days[1]] if chance.random() < 0.3 else days
        )
        chosen |= dict(
            zip(
                chance.choice([("start_date", "end_date"), ("start_date",), ("end_date",)]),
                days,
                strict=False,
            )
        )
    for name in chance.sample(COLUMNS, chance.choice([0, 0, 1, 1, 2])):
        chosen[name] = chance.sample(range(4), 2)
    if chance.random() < 0.2:
        chosen["group_id"] = chance.sample(range(8), 4)
    if chance.random() < 0.3:
        chosen["status"] = chance.choice(["open", "closed"])
    if chance.random() < 0.2:
        chosen["information"] = "include"
    if chance.random() < 0.1:
        chosen["bbox"] = "-118.4,33.8,-118.2,34.2"
    return chosen


def features(api: Api, generation: int, zoom: int, tile: tuple[int, int], **parameters: Any) -> list[Any]:
    """The decoded features of one tile."""
    response = api.get(f"/tiles/{generation}/{zoom}/{tile[0]}/{tile[1]}.mvt", **parameters)
    assert response.status_code in {200, 204}, response.text
    if response.status_code == 204:
        assert response.content == b""
        return []
    found: list[Any] = mapbox_vector_tile.decode(response.content, default_options=DOWNWARD)["requests"][
        "features"
    ]
    return found


def check_sum(api: Api, places: Iterable[Place], zooms: Iterable[int], chosen: dict[str, Any]) -> None:
    """At each zoom the tiles contain all matching requests, each exactly once."""
    generation = int(api.get("/tiles.json").headers["x-data-generation"])
    rows = api.pages("/requests", limit=100_000, **chosen)
    for zoom in zooms:
        tiles = set().union(*(place.tiles(zoom) for place in places))
        found = [one for tile in tiles for one in features(api, generation, zoom, tile, **chosen)]
        _check_features(found)
        counted = sum(one["properties"].get("point_count", 1) for one in found)
        assert counted == len(rows), (zoom, chosen)
        ids = [one["id"] for one in found]
        assert len(ids) == len(set(ids)), (zoom, chosen)
        points = {one["id"] for one in found if "cluster" not in one["properties"]}
        assert points <= {row["requestId"] for row in rows}


def _check_features(found: list[Any]) -> None:
    for one in found:
        assert all(0 <= number < 4096 for number in one["geometry"]["coordinates"])
        properties = one["properties"]
        types = [
            value for name, value in properties.items() if name.startswith("type_") and name != "type_id"
        ]
        if properties.get("cluster"):
            assert sum(types) == properties["point_count"]
        else:
            assert types == []
            assert one["id"] == properties["request_id"]
