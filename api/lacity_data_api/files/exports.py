"""Streams any selection of requests with the columns of the published files, as Parquet or GeoJSON.

Only one row group, or one batch of features, is in memory at a time.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from lacity_data_api.database import Database
from lacity_data_api.files import statements
from lacity_data_api.statements import Where
from lacity_data_api.streaming import Produce, Write

if TYPE_CHECKING:
    from lacity_data_api.files.parquet import GroupWriter

PARQUET = "application/vnd.apache.parquet"
GEOJSON = "application/geo+json"
ROW_GROUP_BYTES = 4 << 20
"""Bytes of CSV in one block: about 16,384 rows."""

Copy = Callable[[Write], Awaitable[None]]
"""Passes on CSV with a header line, in chunks of any size."""


def parquet_export(database: Database, where: Where) -> Produce:
    """A Parquet file of the matching requests."""

    async def produce(write: Write) -> None:
        columns = [(row.column_name, row.kind) for row in await database.rows(statements.COLUMNS)]
        selected = statements.selected((name for name, _ in columns), where)
        await write_parquet(partial(database.copy, selected, statements.LOCK), columns, write)

    return produce


def geojson_export(database: Database, where: Where) -> Produce:
    """A GeoJSON feature collection of the matching requests."""

    async def produce(write: Write) -> None:
        names = [row.column_name for row in await database.rows(statements.COLUMNS)]
        batches = database.stream(statements.features(names, where), statements.LOCK)
        await write_features(batches, write)

    return produce


async def write_parquet(copy: Copy, columns: Sequence[tuple[str, str]], write: Write) -> None:
    """A Parquet file of the rows that ``copy`` passes on; ``columns`` are names and Postgres types.

    An export without rows results in a file without rows.
    """
    # Only exports need pyarrow, which takes half a second to import.
    groups = await asyncio.to_thread(_group_writer, columns)
    rows = RowSplitter()

    async def take(part: bytes) -> None:
        if block := rows.add(part):
            await write(await asyncio.to_thread(groups.add, block))

    await copy(take)
    await write(await asyncio.to_thread(groups.add, rows.rest()))
    await write(await asyncio.to_thread(groups.finish))


def _group_writer(columns: Sequence[tuple[str, str]]) -> GroupWriter:
    from lacity_data_api.files.parquet import GroupWriter

    return GroupWriter(columns)


class RowSplitter:
    """Splits CSV into blocks of whole rows, without the header line."""

    def __init__(self) -> None:
        self._waiting = io.BytesIO()
        self._has_header = True

    def add(self, part: bytes) -> bytes:
        """The complete rows, once there are enough of them; until then, no bytes."""
        self._waiting.write(part)
        if self._waiting.tell() < ROW_GROUP_BYTES:
            return b""
        block, rest = split_rows(self._waiting.getvalue())
        self._waiting = io.BytesIO()
        self._waiting.write(rest)
        return self._without_header(block)

    def rest(self) -> bytes:
        """The remaining rows at the end."""
        return self._without_header(self._waiting.getvalue())

    def _without_header(self, block: bytes) -> bytes:
        if not block or not self._has_header:
            return block
        self._has_header = False
        return block.partition(b"\n")[2]


def split_rows(text: bytes) -> tuple[bytes, bytes]:
    """The complete rows and the rest. Quotes in text are doubled; line breaks inside quotes end no row."""
    cut = text.rfind(b"\n")
    while cut >= 0 and text.count(b'"', 0, cut) % 2:
        cut = text.rfind(b"\n", 0, cut)
    return text[: cut + 1], text[cut + 1 :]


async def write_features(batches: AsyncGenerator[Iterable[tuple[str]], None], write: Write) -> None:
    """Write one GeoJSON object from batches of features, which are already JSON."""
    opening = '{"type": "FeatureCollection", "features": ['
    async with aclosing(batches):
        async for batch in batches:
            if text := ",\n".join(feature for (feature,) in batch):
                await write((opening + text).encode())
                opening = ",\n"
    await write((opening if opening.startswith("{") else "").encode() + b"]}\n")
