from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lacity_data_api.city.facts import Bounds, City, Rollup, RollupCatalog
from lacity_data_api.database import Database
from lacity_data_api.statements import Statement

CITY = Statement("SELECT city_name, time_zone, west, south, east, north, words, city_key, columns FROM city")
ROLLUPS = Statement("SELECT rollup, dimensions, population FROM rollup_catalog ORDER BY place")
# The catalog identifies a population by the text of its condition.
EVERY_REQUEST, LOCATED = "true", "latitude IS NOT NULL"
DIMENSIONS = Statement("SELECT dimension, expression FROM rollup_dimensions")


class Facts(NamedTuple):
    city: City
    catalog: RollupCatalog


async def read(database: Database) -> Facts:
    """The facts in the database; raises ApiError while it is unreachable."""
    (city,) = await database.rows(CITY)
    bounds = Bounds(city.west, city.south, city.east, city.north)
    catalog = await database.rows(ROLLUPS)
    rollups, located = (_covering(population, catalog) for population in (EVERY_REQUEST, LOCATED))
    expressions = {row.dimension: row.expression for row in await database.rows(DIMENSIONS)}
    found = City(
        city.city_name,
        ZoneInfo(city.time_zone),
        bounds,
        city.words,
        city.city_key,
        columns=tuple(city.columns),
    )
    return Facts(found, RollupCatalog(rollups, expressions, located))


def _covering(population: str, catalog: list[Any]) -> tuple[Rollup, ...]:
    rows = (row for row in catalog if row.population == population)
    return tuple(Rollup(row.rollup, frozenset(row.dimensions)) for row in rows)
