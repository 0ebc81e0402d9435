"""Writes Parquet one row group at a time; the only module that needs pyarrow."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
from pyarrow import csv, parquet

KINDS = {
    "text": pa.string(),
    "timestamp without time zone": pa.timestamp("us"),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
}


class GroupWriter:
    """Converts blocks of CSV without a header into a file; every call returns the bytes that it produced."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._schema = pa.schema([(name, KINDS[kind]) for name, kind in columns])
        self._sink = Sink()
        self._writer = parquet.ParquetWriter(
            self._sink, self._schema, compression="zstd", store_schema=False, data_page_version="1.0"
        )

    def add(self, block: bytes) -> bytes:
        """Write the block as one row group."""
        if block:
            table = self._parsed(block)
            self._writer.write_table(table, row_group_size=table.num_rows)
        return self._sink.take()

    def finish(self) -> bytes:
        """Write the end of the file."""
        self._writer.close()
        return self._sink.take()

    def _parsed(self, block: bytes) -> pa.Table:
        read = csv.ReadOptions(use_threads=False, column_names=self._schema.names, block_size=len(block) + 1)
        convert = csv.ConvertOptions(
            column_types=self._schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        )
        return csv.read_csv(pa.BufferReader(block), read, csv.ParseOptions(newlines_in_values=True), convert)


class Sink(io.RawIOBase):
    """Keeps written bytes until they are taken."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        content = bytes(memoryview(data))  # type: ignore[arg-type]  # any buffer
        self._waiting.append(content)
        self._place += len(content)
        return len(content)

    def tell(self) -> int:
        return self._place

    def take(self) -> bytes:
        """All bytes since the last call."""
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)
