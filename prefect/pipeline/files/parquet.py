"""``{year}.parquet``, written so that DuckDB 0.8.1 in a browser needs only a few small transfers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
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


def year_bounds(year: int) -> tuple[str, str]:
    """The start of a year and of the next one, in local time, for Postgres: Python has no year 10000."""
    return f"{year}-01-01", f"{year + 1}-01-01"


def write_year(connection: Connection, year: int, path: Path, columns: Columns = COLUMNS) -> int:
    """Write the requests of a year, ordered by CreatedDate and SRNumber; returns their number."""
    query, schema = trusted(YEAR.format(columns=selected(columns))), arrow_schema(columns)
    with copied(connection, query, year_bounds(year), schema) as source:
        return write_groups(groups(source, ROW_GROUP_ROWS, schema), schema, path)


def write_groups(
    tables: Iterator[pa.Table], schema: pa.Schema, path: Path, more_statistics: Sequence[str] = ()
) -> int:
    """Write each table as one row group, and return the number of rows.

    The schema's metadata becomes the file's.
    """
    rows = 0
    options = WRITER_OPTIONS | {"write_statistics": [*STATISTICS, *more_statistics]}
    with parquet.ParquetWriter(path, schema, **options) as writer:
        writer.add_key_value_metadata(schema.metadata or {})
        for table in tables:
            writer.write_table(table, row_group_size=table.num_rows)
            rows += table.num_rows
    return rows
