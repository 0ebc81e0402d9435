"""``{year}.geoparquet`` and ``councils.geoparquet``: GeoParquet 1.1 with a bounding box for each row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.database import Connection, trusted
from pipeline.files.columns import COLUMNS, Columns, arrow_schema, selected
from pipeline.files.parquet import write_groups, year_bounds
from pipeline.files.reading import copied, groups

ROW_GROUP_ROWS = 50_000
SIDES = ("xmin", "ymin", "xmax", "ymax")
STATISTICS = [f"bbox.{side}" for side in SIDES]
BBOX = pa.struct([pa.field(side, pa.float32()) for side in SIDES])
SPATIAL_FIELDS = [
    {"name": "geometry", "type": "any", "description": "Well-known binary, WGS 84; empty without a place."},
    {"name": "bbox", "type": "object", "description": "The bounding box of the geometry, in degrees."},
]
"""The Table Schema of the columns that GeoParquet files have in addition."""
POINT_BYTES = 21
# PostGIS orders geometries along a Hilbert curve.
YEAR = """
SELECT {columns} FROM published_requests() AS published
 WHERE "CreatedDate" >= %s AND "CreatedDate" < %s
 ORDER BY ST_MakePoint("Longitude", "Latitude") NULLS LAST, "SRNumber" COLLATE "C"
"""
EXTENT = """
SELECT min(longitude), min(latitude), max(longitude), max(latitude) FROM service_requests
 WHERE created_date >= %s AND created_date < %s
"""


def metadata(geometry_types: list[str], bbox: tuple[float | None, ...]) -> dict[bytes, bytes]:
    """The file metadata; without ``crs`` coordinates are OGC:CRS84, longitude first."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": geometry_types,
        "covering": {"bbox": {side: ["bbox", side] for side in SIDES}},
    }
    if None not in bbox:
        column["bbox"] = list(bbox)
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {b"geo": json.dumps(geo).encode()}


def point_schema(columns: Columns, bbox: tuple[float | None, ...]) -> pa.Schema:
    """The columns of the requests, then geometry and bounding box."""
    schema = arrow_schema(columns).append(pa.field("geometry", pa.binary())).append(pa.field("bbox", BBOX))
    return schema.with_metadata(metadata(["Point"], bbox))


def write_year(connection: Connection, year: int, path: Path, columns: Columns = COLUMNS) -> int:
    """Write the requests of a year along a Hilbert curve; returns their number.

    Those without coordinates come last.
    """
    bounds = year_bounds(year)
    extent = connection.execute(EXTENT, bounds).fetchone() or ()
    schema, plain = point_schema(columns, extent), arrow_schema(columns)
    with copied(connection, trusted(YEAR.format(columns=selected(columns))), bounds, plain) as source:
        tables = groups(source, ROW_GROUP_ROWS, plain)
        return write_groups(_with_points(tables, schema), schema, path, STATISTICS)


def _with_points(tables: Iterator[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    for table in tables:
        longitude, latitude = table.column("Longitude"), table.column("Latitude")
        located = np.asarray(longitude.is_valid()) & np.asarray(latitude.is_valid())
        x, y = (np.asarray(column.fill_null(0.0)) for column in (longitude, latitude))
        arrays = [*table.columns, points(x, y, located), boxes((x, y, x, y), located)]
        yield pa.Table.from_arrays(arrays, schema=schema)


def points(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], located: npt.NDArray[np.bool_]
) -> pa.Array:
    """Points as little-endian well-known binary; null for requests without coordinates."""
    wkb = np.zeros(len(x), dtype=[("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
    wkb["order"], wkb["type"], wkb["x"], wkb["y"] = 1, 1, x, y
    fixed = pa.Array.from_buffers(
        pa.binary(POINT_BYTES), len(x), [_valid(located), pa.py_buffer(wkb.tobytes())]
    )
    return fixed.cast(pa.binary())


def boxes(sides: Sequence[npt.NDArray[np.float64]], located: npt.NDArray[np.bool_]) -> pa.StructArray:
    """Bounding boxes in single precision, rounded outward, so that each contains its geometry."""
    rounded = [
        np.nextafter(side.astype(np.float32), np.float32(-np.inf if low else np.inf))
        for side, low in zip(sides, (True, True, False, False), strict=True)
    ]
    arrays = [pa.array(side, mask=~located) for side in rounded]
    return pa.StructArray.from_arrays(arrays, fields=list(BBOX), mask=pa.array(~located))


def _valid(located: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(located, bitorder="little").tobytes())
