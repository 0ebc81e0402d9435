"""Rows of Postgres as Arrow batches in constant memory: COPY on one side, Arrow's CSV reader on the other."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from pipeline.database import Connection, trusted

BLOCK_BYTES = 4 << 20
READ = csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES)
# Text may hold line ends. An unquoted empty field is a null, a quoted one an empty text.
PARSE = csv.ParseOptions(newlines_in_values=True)


class CopyStream(io.RawIOBase):
    """The bytes of a running COPY as a file."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._blocks = iter(copy)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size, filled = len(buffer), 0
        while filled < size:
            if not self._rest:
                self._rest = memoryview(next(self._blocks, b""))
                if not self._rest:
                    break
            part = self._rest[: size - filled]
            buffer[filled : filled + len(part)] = part
            self._rest = self._rest[len(part) :]
            filled += len(part)
        return filled


def batches(
    connection: Connection, query: sql.Composable, parameters: Sequence[Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """The rows of a query whose columns are those of the schema, in the query's order."""
    convert = csv.ConvertOptions(
        column_types=schema,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["t"],
        false_values=["f"],
    )
    statement = sql.Composed([trusted("COPY ("), query, trusted(") TO STDOUT (FORMAT csv, HEADER)")])
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        stream = io.BufferedReader(CopyStream(copy), BLOCK_BYTES)
        yield from csv.open_csv(stream, READ, PARSE, convert)


def groups(source: Iterator[pa.RecordBatch], rows: int, schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows in tables of exactly this many rows, the last one shorter."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in source:
        waiting.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(waiting, schema)
            yield table.slice(0, rows)
            waiting = table.slice(rows).to_batches()
            count -= rows
    if count:
        yield pa.Table.from_batches(waiting, schema)
