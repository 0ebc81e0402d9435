"""Clusters of addresses against their definition, with requests that return to the same places."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from support import city as small_city
from support.cards import card, dicts
from support.databases import Database
from support.serving import settings_for

from data.places import CLUSTER_METERS, MIN_CLUSTER_SIZE
from data.warehouse import Warehouse
from pages import addresses as page

Point = tuple[float, float]
MOVED = """
UPDATE service_requests SET latitude = NULL, longitude = NULL WHERE type_id = 4;
UPDATE service_requests SET
    longitude = -118.4 + x / meters_per_degree_longitude, latitude = 34 + y / meters_per_degree_latitude,
    council_id = 52, is_open = points.number % 3 = 0, address = (floor(x)::integer & 1) || ' MAIN ST'
FROM city, (VALUES {points}) AS points (number, x, y), (
    SELECT request_id, row_number() OVER (ORDER BY request_id) AS number
    FROM service_requests WHERE type_id = 4 AND NOT is_information AND created_date < {today}
) AS numbered
WHERE numbered.number = points.number AND numbered.request_id = service_requests.request_id
"""


def _ring(east: float, north: float, number: int) -> list[Point]:
    """A point and others around it, all of them near it, but most not near each other."""
    turns, radius = [2 * math.pi * at / number for at in range(number)], CLUSTER_METERS - 1
    return [
        (east, north),
        *((east + radius * math.cos(turn), north + radius * math.sin(turn)) for turn in turns),
    ]


def _points() -> list[Point]:
    chance = random.Random(19)
    points: list[Point] = []
    for number in range(30):
        east, north = number * 120.5, number * 7.3
        points += _ring(east, north, chance.randint(MIN_CLUSTER_SIZE - 2, MIN_CLUSTER_SIZE))
        for place in _ring(east, north + 200, 2):
            points += [place] * chance.choice([1, 2, 3, 9])
    points += [(0, 400)] * MIN_CLUSTER_SIZE
    chance.shuffle(points)
    return points


POINTS = _points()


@pytest.fixture(scope="module")
def city() -> Iterator[Database]:
    points = ", ".join(f"({at + 1}, {east}, {north})" for at, (east, north) in enumerate(POINTS))
    with small_city.filled(MOVED.format(points=points, today=small_city.TODAY)) as found:
        yield found


@pytest.fixture(scope="module")
def warehouse(city: Database) -> Iterator[Warehouse]:
    with closing(Warehouse(settings_for(city.reader_url))) as found:
        yield found


def _clusters() -> list[set[int]]:
    """The points of each cluster by the definition of DBSCAN; no two clusters may share a point."""
    near = [[at for at, to in enumerate(POINTS) if math.dist(point, to) < CLUSTER_METERS] for point in POINTS]
    cores = {at for at, neighbors in enumerate(near) if len(neighbors) >= MIN_CLUSTER_SIZE}
    clusters = []
    while cores:
        found, reached = set[int](), {cores.pop()}
        while reached:
            found |= reached
            centers = [at for at in reached if len(near[at]) >= MIN_CLUSTER_SIZE]
            reached = {other for at in centers for other in near[at]} - found
        cores -= found
        clusters.append(found)
    return clusters


def test_clusters_are_those_of_the_definition(city: Database, warehouse: Warehouse) -> None:
    assert city.value("SELECT count(latitude) FROM service_requests WHERE type_id = 4") == len(POINTS)
    expected = []
    for cluster in _clusters():
        streets = Counter(f"{math.floor(POINTS[at][0]) & 1} MAIN ST" for at in cluster)
        around = min(streets, key=lambda street: (-streets[street], street))
        is_open = sum((at + 1) % 3 == 0 for at in cluster)
        expected.append((len(cluster), is_open, len(streets), around))
    first = city.value("SELECT min(created_date)::date FROM service_requests")
    shown = dicts(card(warehouse, page.REPORT, "clusters", f"type=4&from={first}"))
    names = ("requests", "open", "addresses", "around")
    assert sorted(tuple(row[name] for name in names) for row in shown) == sorted(expected)
    assert len(expected) > 30
