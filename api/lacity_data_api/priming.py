"""The queries that are primed before a generation is served: those that a map sends when it opens."""

from __future__ import annotations

import datetime as dt

from lacity_data_api.city.facts import City
from lacity_data_api.city.reader import FactsReader
from lacity_data_api.councils import repository as councils
from lacity_data_api.geojson import repository as geojson
from lacity_data_api.params import year_before
from lacity_data_api.reference import repository as reference
from lacity_data_api.request_types import repository as types
from lacity_data_api.requests import repository as requests
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.requests.params import next_page
from lacity_data_api.statements import Query
from lacity_data_api.tiles import repository as tiles
from lacity_data_api.tiles.grid import tiles_of

MAP_DAYS = 8
# The map requests each day with this limit.
MAP_LIMIT = 10_000
PRIMED_ZOOMS = 11


def _map_day(day: dt.date) -> Query:
    wanted = RequestFilter(day, day)
    following = next_page("/requests", wanted, MAP_LIMIT)
    return requests.page(wanted, requests.CREATED, skip=0, limit=MAP_LIMIT, next_page=following)


async def _tiles(facts: FactsReader, city: City) -> list[Query]:
    """Tiles of all requests, from the whole world down to a quarter of the city."""
    catalog = await facts.catalog()
    places = (place for zoom in range(PRIMED_ZOOMS) for place in tiles_of(city.bounds, zoom))
    return [tiles.tile(RequestFilter(), place, catalog) for place in places]


async def primed_queries(facts: FactsReader) -> dict[str, list[Query]]:
    """Queries by the names under which the original's cache reset counted them, and a few more."""
    city = await facts.city()
    today = city.today()
    return {
        "open_requests": [requests.open_pins()],
        "open_requests_counts": [types.open_counts()],
        "types": [types.all_types()],
        "councils": [councils.all_councils()],
        "regions": [reference.regions()],
        "geojson": [geojson.council_polygons()],
        "agencies": [reference.agencies()],
        "type_stats": [types.statistics()],
        "council_type_stats": [councils.statistics_of_all()],
        "hotspots": [geojson.hotspots(geojson.DEFAULT_TYPE, year_before(today))],
        "tiles": await _tiles(facts, city),
        "num_requests_last_week": [_map_day(today - dt.timedelta(days=ago)) for ago in range(MAP_DAYS)],
    }
