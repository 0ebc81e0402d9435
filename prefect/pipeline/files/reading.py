"""Reads rows from Postgres as Arrow batches in constant memory, through COPY and Arrow's CSV parser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from pipeline.database import Connection, trusted

BLOCK_BYTES = 4 << 20
Buffer = bytes | bytearray | memoryview
# Text may contain line breaks. An unquoted empty field is null, a quoted one is empty text, and an empty line
# is a row of one null.
PARSE = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)


@contextmanager
def copied(
    connection: Connection, query: sql.Composable, parameters: Sequence[Any], schema: pa.Schema
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The rows of a query whose columns are those of the schema, in the query's order.

    Read it to the end: psycopg ends a COPY that was read in part only if the block raises.
    """
    statement = sql.Composed([trusted("COPY ("), query, trusted(") TO STDOUT (FORMAT csv)")])
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        yield _parsed(copy, schema)


def _parsed(copy: Iterable[Buffer], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    convert = csv.ConvertOptions(
        column_types=schema,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["t"],
        false_values=["f"],
    )
    for block in _blocks(copy):
        read = csv.ReadOptions(use_threads=False, column_names=schema.names, block_size=len(block) + 1)
        yield from csv.read_csv(pa.BufferReader(block), read, PARSE, convert).to_batches()


def _blocks(rows: Iterable[Buffer]) -> Iterator[bytes]:
    """Blocks of whole rows, because the server sends each row in a separate message."""
    waiting: list[Buffer] = []
    size = 0
    for row in rows:
        waiting.append(row)
        size += len(row)
        if size >= BLOCK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


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
