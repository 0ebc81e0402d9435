"""The councils' polygons as GeoParquet and GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from psycopg.rows import TupleRow
from pyarrow import parquet

from pipeline.database import Connection
from pipeline.files.columns import TEXT, WHOLE, Column, arrow_schema, described
from pipeline.files.geoparquet import BBOX, SPATIAL_FIELDS, boxes, metadata

COUNCILS = """
SELECT council_id, council_name, CASE WHEN data_code ~ '^[0-9]{1,9}$' THEN data_code::bigint END, region_id,
       region_name, population_2020,
       ST_AsBinary(geom), ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom),
       ST_AsGeoJSON(geom, 7)
  FROM geometries
  JOIN councils USING (council_id)
  LEFT JOIN regions USING (region_id)
 ORDER BY geom
"""
COLUMNS = (
    Column("CouncilId", WHOLE, "Row of councils.csv."),
    Column("CouncilName", TEXT, "The name of the area."),
    Column("NC", WHOLE, "The city's code of the area as a number; empty if it is none."),
    Column("RegionId", WHOLE, "Row of regions.csv."),
    Column("RegionName", TEXT, "The name of the region."),
    Column("Population2020", WHOLE, "The population in the census of 2020."),
)
GEOPARQUET_FIELDS = [*described(COLUMNS), *SPATIAL_FIELDS]
GEOJSON_FIELDS = [
    *described(COLUMNS),
    {"name": "geometry", "type": "geojson", "description": "The area, WGS 84."},
]
"""The properties of each feature, and its geometry."""


def title(connection: Connection) -> str:
    """The city's name for its areas."""
    (areas,) = connection.execute("SELECT coalesce(words ->> 'areas', 'Areas') FROM city").fetchone() or ("",)
    return str(areas)


def write_geoparquet(connection: Connection, path: Path) -> int:
    """Write the councils along a Hilbert curve; returns their number."""
    rows = _rows(connection)
    count, plain = len(COLUMNS), arrow_schema(COLUMNS)
    columns = list(zip(*rows, strict=True)) if rows else [()] * (count + 6)
    sides = [np.array(columns[count + 1 + side], dtype=np.float64) for side in range(4)]
    arrays = [pa.array(values, kind) for values, kind in zip(columns, plain.types, strict=False)]
    arrays += [pa.array(columns[count], pa.binary()), boxes(sides, np.ones(len(rows), dtype=bool))]
    schema = plain.append(pa.field("geometry", pa.binary())).append(pa.field("bbox", BBOX))
    extent = (*map(np.min, sides[:2]), *map(np.max, sides[2:])) if rows else (None,)
    table = pa.Table.from_arrays(arrays, schema=schema)
    with parquet.ParquetWriter(path, schema, compression="zstd", store_schema=False) as writer:
        writer.add_key_value_metadata(metadata(["MultiPolygon"], extent))
        writer.write_table(table)
    return len(rows)


def write_geojson(connection: Connection, path: Path) -> int:
    """Write the councils as a feature collection; returns their number."""
    names = [column.name for column in COLUMNS]
    features = [
        {
            "type": "Feature",
            "id": row[0],
            "properties": dict(zip(names, row, strict=False)),
            "geometry": json.loads(row[-1]),
        }
        for row in _rows(connection)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return len(features)


def _rows(connection: Connection) -> list[TupleRow]:
    return connection.execute(COUNCILS).fetchall()
