"""``{year}.parquet``, written so that DuckDB 0.8.1 in a browser needs only a few small transfers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from pipeline.database import Connection, trusted
from pipeline.files.columns import CITY_COLUMNS, COLUMNS, Columns, arrow_schema, selected
from pipeline.files.reading import copied, groups

ROW_GROUP_ROWS = 16_384
"""The best size for DuckDB-WASM 1.27.0, measured with two weeks of a year of 1.4 million rows."""
PAGE_BYTES = 1 << 20
STATISTICS = [column.name for column in COLUMNS if column.has_statistics]
CATEGORIES = [column.name for column in (*COLUMNS, *CITY_COLUMNS) if column.is_categorical]
WRITER_OPTIONS = {
    "compression": "zstd",
    "compression_level": 6,
    # DuckDB 0.8.1 reads only plain, dictionary and RLE pages of the first page version.
    "data_page_version": "1.0",
    "use_dictionary": CATEGORIES,
    "store_schema": False,
    "data_page_size": PAGE_BYTES,
}
YEAR = """
SELECT {columns} FROM published_requests() AS published WHERE "CreatedDate" >= %s AND "CreatedDate" < %s
 ORDER BY "CreatedDate", "SRNumber" COLLATE "C"
"""


@dataclass(frozen=True)
class FileSummary:
    """The content of a file of requests."""

    rows: int
    last_created: dt.datetime | None


def year_bounds(year: int) -> tuple[dt.datetime, dt.datetime]:
    """The start of a year and of the next one, in local time."""
    return dt.datetime(year, 1, 1), dt.datetime(year + 1, 1, 1)  # noqa: DTZ001  local time, as published


def write_year(connection: Connection, year: int, path: Path, columns: Columns = COLUMNS) -> FileSummary:
    """Write the requests of a year, ordered by CreatedDate and SRNumber."""
    query, schema = trusted(YEAR.format(columns=selected(columns))), arrow_schema(columns)
    with copied(connection, query, year_bounds(year), schema) as source:
        return write_groups(groups(source, ROW_GROUP_ROWS, schema), schema, path)


def write_groups(
    tables: Iterator[pa.Table], schema: pa.Schema, path: Path, more_statistics: Sequence[str] = ()
) -> FileSummary:
    """Write each table as one row group; the schema's metadata becomes the file's."""
    rows, last = 0, None
    options = WRITER_OPTIONS | {"write_statistics": [*STATISTICS, *more_statistics]}
    with parquet.ParquetWriter(path, schema, **options) as writer:
        writer.add_key_value_metadata(schema.metadata or {})
        for table in tables:
            writer.write_table(table, row_group_size=table.num_rows)
            rows += table.num_rows
            newest = pc.max(table.column("CreatedDate")).as_py()
            last = max(last, newest) if last and newest else last or newest
    return FileSummary(rows, last)
