"""Any selection of requests in the columns of the files, as Parquet or GeoJSON, while it is read.

Nothing is collected: one row group, or one batch of features, is in memory at a time.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Sequence
from contextlib import aclosing
from typing import Any

PARQUET = "application/vnd.apache.parquet"
GEOJSON = "application/geo+json"
ROW_GROUP_BYTES = 4 << 20
"""Of CSV: about 16,384 rows."""

Parts = AsyncGenerator[bytes, None]


async def parquet_parts(rows: AsyncGenerator[bytes, None], columns: Sequence[tuple[str, str]]) -> Parts:
    """A Parquet file made of CSV with a header line, which comes in parts of any size.

    ``columns`` are names and Postgres types. An export without rows is a file without rows.
    """
    from lacity_data_api.files.parquet import GroupWriter

    writer = await asyncio.to_thread(GroupWriter, columns)
    async with aclosing(rows):
        async for block in _whole_rows(rows):
            yield await asyncio.to_thread(writer.add, block)
    yield await asyncio.to_thread(writer.finish)


async def _whole_rows(parts: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """Blocks that end where a row ends, without the first line, which names the columns."""
    waiting = io.BytesIO()
    has_header = True
    async for part in parts:
        waiting.write(part)
        if waiting.tell() >= ROW_GROUP_BYTES:
            block, rest = split_rows(waiting.getvalue())
            waiting = io.BytesIO()
            waiting.write(rest)
            yield _without_header(block) if has_header else block
            has_header = has_header and not block
    last = waiting.getvalue()
    yield _without_header(last) if has_header else last


def split_rows(text: bytes) -> tuple[bytes, bytes]:
    """The complete rows and the rest. Quotes in a text are doubled; a line end inside quotes ends no row."""
    cut = text.rfind(b"\n")
    while cut >= 0 and text.count(b'"', 0, cut) % 2:
        cut = text.rfind(b"\n", 0, cut)
    return text[: cut + 1], text[cut + 1 :]


def _without_header(block: bytes) -> bytes:
    return block.partition(b"\n")[2]


async def feature_collection(batches: AsyncGenerator[Iterable[Any], None]) -> Parts:
    """One GeoJSON object of batches of features, which are JSON already."""
    opening = '{"type": "FeatureCollection", "features": ['
    async with aclosing(batches):
        async for batch in batches:
            if text := ",\n".join(batch):
                yield (opening + text).encode()
                opening = ",\n"
    yield (opening if opening.startswith("{") else "").encode() + b"]}\n"
