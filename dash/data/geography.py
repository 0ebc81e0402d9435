"""The councils' polygons."""

from __future__ import annotations

from psycopg.sql import SQL

from data.source import Source
from data.table import Table

# A ten-thousandth of a degree is about 10 m: invisible at the size of a city, and a third of the bytes.
POLYGONS = SQL("""
    SELECT council_id, c.council_name AS council, g.is_approximate,
        ST_AsGeoJSON(ST_SimplifyPreserveTopology(g.geom, 0.0001), 5)::json AS polygon,
        ST_XMin(g.geom) AS west, ST_YMin(g.geom) AS south, ST_XMax(g.geom) AS east, ST_YMax(g.geom) AS north
    FROM geometries g JOIN councils c USING (council_id) ORDER BY council_id
""")


def polygons(source: Source) -> Table:
    """Columns: council_id, council, is_approximate, polygon (GeoJSON), west, south, east, north (degrees)."""
    return source.table(POLYGONS)
