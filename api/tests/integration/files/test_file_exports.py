from __future__ import annotations

import asyncio
import io
import json
import random
from collections.abc import AsyncGenerator
from contextlib import closing
from typing import Any

import asyncpg
import psycopg2
import pytest
from pyarrow import parquet

from lacity_data_api.files import exports, statements
from lacity_data_api.files.exports import feature_collection, parquet_parts, split_rows
from tests.support.databases import Database
from tests.support.rows import add_requests

AWKWARD = 'a "quoted", comma\nand a line end'
ROWS = [
    {"srnumber": "1-1", "address": AWKWARD},
    {"srnumber": "1-2", "address": "", "closed_date": "2020-01-05 11:00:01"},
    {"srnumber": "1-3", "address": None, "type_id": 7},
    *({"srnumber": f"2-{number}", "type_id": 1, "address": f'{number} "N" ST'} for number in range(300)),
]
COLUMNS = 47


@pytest.fixture(scope="module")
def filled(database: Database) -> Database:
    add_requests(database, *ROWS)
    return database


async def copied(url: str, where: str, luck: random.Random) -> AsyncGenerator[bytes, None]:
    """CSV as the API reads it, cut anywhere."""
    connection = await asyncpg.connect(url)
    content = io.BytesIO()
    try:
        await connection.copy_from_query(
            statements.SELECTED.format(where=where), output=content, format="csv", header=True
        )
    finally:
        await connection.close()
    content.seek(0)
    while part := content.read(luck.randint(1, 4000)):
        yield part


def rows_of(database: Database, query: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(database.reader_url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


async def exported(url: str, where: str, seed: int = 1) -> bytes:
    connection = await asyncpg.connect(url)
    columns = [(row["name"], row["kind"]) for row in await connection.fetch(statements.COLUMNS)]
    await connection.close()
    parts = parquet_parts(copied(url, where, random.Random(seed)), columns)
    return b"".join([part async for part in parts])


@pytest.mark.parametrize("where", ["true", "type_id = 1", "srnumber = '1-1'", "false"])
@pytest.mark.parametrize("seed", range(3))
def test_parquet_holds_the_selected_rows(
    filled: Database, where: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROW_GROUP_BYTES", 20_000)
    content = asyncio.run(exported(filled.reader_url, where, seed))
    table = parquet.read_table(io.BytesIO(content))
    expected = rows_of(filled, statements.SELECTED.format(where=where))
    found = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    assert table.num_columns == COLUMNS
    assert sorted(found, key=repr) == sorted((tuple(row) for row in expected), key=repr)


def test_export_comes_in_row_groups(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROW_GROUP_BYTES", 20_000)
    metadata = parquet.read_metadata(io.BytesIO(asyncio.run(exported(filled.reader_url, "true"))))
    assert metadata.num_row_groups > 2
    assert metadata.num_rows == len(ROWS)


async def collected(batches: list[list[str]]) -> dict[str, Any]:
    async def source() -> AsyncGenerator[list[str], None]:
        for batch in batches:
            yield batch

    return dict(json.loads(b"".join([part async for part in feature_collection(source())])))


def test_features_are_the_selected_rows(filled: Database) -> None:
    features = [row[0] for row in rows_of(filled, statements.FEATURES.format(where="srnumber LIKE '1-%'"))]
    found = asyncio.run(collected([features[:1], [], features[1:]]))
    by_number = {feature["properties"]["SRNumber"]: feature for feature in found["features"]}
    assert sorted(by_number) == ["1-1", "1-2", "1-3"]
    assert by_number["1-1"]["properties"]["Address"] == AWKWARD
    assert by_number["1-2"]["properties"]["ClosedDate"] == "2020-01-05T11:00:01"
    assert by_number["1-1"]["geometry"] == {"type": "Point", "coordinates": [-118.2427, 34.0537]}


def test_no_features_are_an_empty_collection() -> None:
    assert asyncio.run(collected([]))["features"] == []


@pytest.mark.parametrize(
    ("text", "rows", "rest"),
    [(b"a\nb", b"a\n", b"b"), (b'a\n"b\nc', b"a\n", b'"b\nc'), (b'"a\n', b"", b'"a\n'),
     (b'"a""\n"\nb\n', b'"a""\n"\nb\n', b""), (b"", b"", b"")],
)  # fmt: skip
def test_rows_are_cut_where_they_end(text: bytes, rows: bytes, rest: bytes) -> None:
    assert split_rows(text) == (rows, rest)
