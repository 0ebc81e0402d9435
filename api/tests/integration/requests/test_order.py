"""The order of points is the one that the documentation states."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

# Loaded in another order than they were created.
DAYS = ["2020-01-03", "2020-01-01", "2020-01-02"]
ORDERS = {"newest first": [0, 2, 1], "by id, descending": [2, 1, 0]}
CHOSEN = {"startDate": "2020-01-01", "endDate": "2020-01-31", "typeIds": [4], "councilIds": [52]}
LEGACY = {"startDate": "2020-01-01", "endDate": "2020-01-31", "ncList": [52], "requestTypes": ["Bulky Items"]}


@pytest.fixture(scope="module")
def longitudes(database: Database) -> list[float]:
    """The longitude of each day's request, which all routes have."""
    found = [-118.3, -118.2, -118.1]
    rows = zip(DAYS, found, strict=True)
    add_requests(database, *({"created_date": day, "longitude": longitude} for day, longitude in rows))
    return found


def _longitude(point: dict[str, Any]) -> float:
    longitude: float = point["longitude"] if "longitude" in point else point["geometry"]["coordinates"][0]
    return longitude


@pytest.mark.parametrize(
    ("method", "path", "body", "member"),
    [
        ("GET", "/requests/pins/open", None, ""),
        ("GET", "/requests/pins/open/geojson", None, "features"),
        ("POST", "/requests/pins", CHOSEN, ""),
        ("POST", "/open-requests", {}, "requests"),
        ("POST", "/map/pins", LEGACY, ""),
    ],
)
def test_order_of_points(
    longitudes: list[float], api: Api, method: str, path: str, body: Any, member: str
) -> None:
    content = api.client.request(method, path, json=body).json()
    points = [_longitude(point) for point in (content[member] if member else content)]
    stated = api.json("/openapi.json")["paths"][path][method.lower()]["description"]
    (order,) = (order for words, order in ORDERS.items() if words in stated)
    assert points == [longitudes[number] for number in order]
