from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from lacity_data_api.city.facts import Bounds, City, Rollup, RollupCatalog
from lacity_data_api.database import Database
from lacity_data_api.statements import Statement

CITY = Statement("SELECT city_name, time_zone, west, south, east, north, words, columns FROM city")
# The text of the condition is part of the catalog: this one covers every request.
ROLLUPS = Statement("SELECT rollup, dimensions FROM rollup_catalog WHERE population = 'true' ORDER BY place")
DIMENSIONS = Statement("SELECT dimension, expression FROM rollup_dimensions")


class Facts(NamedTuple):
    city: City
    catalog: RollupCatalog


async def read(database: Database) -> Facts:
    """ApiError while the database is unreachable."""
    (city,) = await database.rows(CITY)
    bounds = Bounds(city.west, city.south, city.east, city.north)
    rollups = tuple(Rollup(row.rollup, frozenset(row.dimensions)) for row in await database.rows(ROLLUPS))
    expressions = {row.dimension: row.expression for row in await database.rows(DIMENSIONS)}
    found = City(city.city_name, ZoneInfo(city.time_zone), bounds, city.words, tuple(city.columns))
    return Facts(found, RollupCatalog(rollups, expressions))
