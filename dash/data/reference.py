"""Names, ids and populations of the groups of requests."""

from __future__ import annotations

from pandas import DataFrame
from psycopg.sql import SQL, Identifier

from data.filters import AREAS, Dimension
from data.warehouse import Warehouse

NAMES = SQL("""
    SELECT {label} AS name, array_agg(DISTINCT {id} ORDER BY {id}) AS ids
    FROM {relation} AS listed GROUP BY 1 ORDER BY min({id}) = 0, {order}
""")
COUNCILS = SQL("""
    SELECT council_id, council_name AS council, population_2020 AS people
    FROM {areas} AS councils ORDER BY council_id = 0, 2
""").format(areas=SQL(AREAS))
REGIONS = SQL("""
    SELECT council_id, region_name AS region FROM councils JOIN regions USING (region_id)
    WHERE council_id <> 0
""")
POLYGONS = SQL("""
    SELECT council_id, is_approximate,
        ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, 0.0001), 5)::json AS polygon
    FROM geometries ORDER BY council_id
""")
# A ten-thousandth of a degree is about 10 m: invisible at city scale, and only a third of the bytes remain.


def names(warehouse: Warehouse, dimension: Dimension) -> DataFrame:
    """Columns: name, ids (all ids with that name). Sorted by name; id 0, such as "No council", comes last."""
    query = NAMES.format(
        label=Identifier(dimension.label),
        id=Identifier(dimension.id),
        relation=SQL(dimension.relation),
        order=SQL(dimension.order),
    )
    return warehouse.frame(query)


def ids_by_name(warehouse: Warehouse, dimension: Dimension) -> dict[str, list[int]]:
    """Name → ids."""
    found = names(warehouse, dimension)
    return dict(zip(found["name"], found["ids"], strict=True))


def councils(warehouse: Warehouse) -> DataFrame:
    """Columns: council_id, council, people (missing without a published population). "No council" is last."""
    return warehouse.frame(COUNCILS)


def regions(warehouse: Warehouse) -> DataFrame:
    """The region of each council that has one. Columns: council_id, region."""
    return warehouse.frame(REGIONS)


def polygons(warehouse: Warehouse) -> DataFrame:
    """Columns: council_id, is_approximate, polygon (GeoJSON)."""
    return warehouse.frame(POLYGONS)
