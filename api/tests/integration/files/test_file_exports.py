from __future__ import annotations

import asyncio
import csv
import io
import json
import random
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from lacity_data_api.files import exports
from lacity_data_api.files.exports import split_rows, write_features, write_parquet
from tests.support.databases import Database
from tests.support.plans import parts_of
from tests.support.rows import add_requests
from tests.support.serving import ORIGIN, Api, forget_everything, serve, settings_for

ALL = "/reports/export/service_requests"
YEAR = "/reports/export/2021/service_requests"
AWKWARD = 'a "quoted", comma\nand a line end'
ROWS = [
    {"srnumber": "1-1", "address": AWKWARD},
    {"srnumber": "1-2", "address": "", "closed_date": "2020-01-05 11:00:01", "council_id": 44},
    {"srnumber": "1-3", "address": None, "type_id": 7, "created_date": "2021-06-01 23:59:59"},
    {"srnumber": "1-4", "latitude": None, "longitude": None, "created_date": "2021-12-31 23:59:59"},
    {"srnumber": "1-5", "address": "=1+1; ñ 🚮", "outcome": "-DUP", "is_duplicate": True},
    {"srnumber": "1-6", "is_information": True},
    *({"srnumber": f"2-{number}", "type_id": 1, "address": f'{number} "N" ST'} for number in range(300)),
]
COLUMNS = 47
FILTERS: list[tuple[str, dict[str, Any], str]] = [
    (ALL, {}, "NOT is_information"),
    (ALL, {"type_id": [4, 7]}, "NOT is_information AND type_id IN (4, 7)"),
    (ALL, {"information": "include", "type_id": 4}, "type_id = 4"),
    (ALL, {"status": "closed"}, "NOT is_open"),
    (ALL, {"council_id": 44, "bbox": "-119,34,-118,35"}, "council_id = 44"),
    (ALL, {"start_date": "2021-06-01", "end_date": "2021-06-01"}, "srnumber = '1-3'"),
    (YEAR, {}, "created_date >= '2021-01-01'"),
    (YEAR, {"start_date": "2022-01-01"}, "false"),
]
OWN = {
    "area": "12 MANHATTAN",
    "detail": "=Pothole",
    "duedate": "2020-02-01 12:00:00",
    "parent": "1-1",
    "ownername": "Streets",
    "kept": '{"borough": "MANHATTAN"}',
}


@pytest.fixture(scope="module", autouse=True)
def filled(database: Database) -> Database:
    add_requests(database, *ROWS)
    return database


def stored(database: Database, where: str) -> list[tuple[Any, ...]]:
    return database.run(
        f'SELECT p.* FROM published_requests() p JOIN service_requests s ON s.request_id = p."RequestId"'
        f" WHERE {where}"
    )


def table_of(content: bytes) -> pa.Table:
    return parquet.read_table(io.BytesIO(content))


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


@pytest.mark.parametrize(("path", "wanted", "where"), FILTERS)
def test_parquet_holds_the_selected_rows(
    api: Api, filled: Database, path: str, wanted: dict[str, Any], where: str
) -> None:
    response = api.get(f"{path}.parquet", **wanted)
    assert response.headers["content-type"] == "application/vnd.apache.parquet"
    assert "content-encoding" not in response.headers
    table = table_of(response.content)
    assert table.num_columns == COLUMNS
    expected = [row[:COLUMNS] for row in stored(filled, where)]
    assert sorted(rows_of(table), key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize(("path", "wanted", "where"), FILTERS)
def test_features_are_the_selected_rows(
    api: Api, filled: Database, path: str, wanted: dict[str, Any], where: str
) -> None:
    response = api.get(f"{path}.geojson", **wanted)
    assert response.headers["content-type"] == "application/geo+json"
    found = response.json()
    assert found["type"] == "FeatureCollection"
    names = table_of(api.get(f"{path}.parquet", start_date="1900-01-01", end_date="1900-01-01").content)
    expected = [dict(zip(names.column_names, row, strict=False)) for row in stored(filled, where)]
    by_id = {row["RequestId"]: row for row in expected}
    assert {feature["id"] for feature in found["features"]} == by_id.keys()
    for feature in found["features"]:
        row = by_id[feature["id"]]
        place, properties = feature["geometry"], feature["properties"]
        assert (place and place["coordinates"]) == (row["Latitude"] and [row["Longitude"], row["Latitude"]])
        assert list(properties) == [
            name for name in row if name not in {"Latitude", "Longitude", "RequestId"}
        ]
        assert {name: value for name, value in properties.items() if "Date" not in name} == {
            name: row[name] for name in properties if "Date" not in name
        }
        assert properties["CreatedDate"] == row["CreatedDate"].isoformat()


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "geojson"])
def test_file_has_a_name_that_other_origins_may_read(api: Api, kind: str) -> None:
    response = api.client.head(f"{YEAR}.{kind}", headers={"Origin": ORIGIN})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-disposition"] == (f'attachment; filename="service_requests-2021.{kind}"')
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert {"Content-Disposition", "Retry-After", "Allow", "ETag"} <= set(exposed)


@pytest.mark.parametrize("kind", ["parquet", "geojson"])
@pytest.mark.parametrize("wrong", [{"excel": "true"}, {"typeId": 1}, {"start_date": "2020-02-30"}])
def test_wrong_parameters_are_rejected(api: Api, kind: str, wrong: dict[str, Any]) -> None:
    assert api.get(f"{ALL}.{kind}", **wrong).status_code == 422


@pytest.mark.parametrize("kind", ["parquet", "geojson"])
def test_unreachable_database_is_503(database: Database, kind: str) -> None:
    with serve(settings_for(database, database_reader_url="postgresql://reader@127.0.0.1:1/none")) as cut_off:
        response = cut_off.get(f"{ALL}.{kind}")
    assert response.status_code == 503
    assert response.headers["retry-after"]


def test_export_comes_in_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regardless of the size of the parts in which Postgres sends the rows."""
    monkeypatch.setattr(exports, "ROW_GROUP_BYTES", 2_000)
    text = "id,text\n" + "".join(f"{number},row {number}\n" for number in range(1_000))
    columns = [("id", "bigint"), ("text", "text")]
    content = asyncio.run(collected(lambda write: write_parquet(in_parts(text.encode(), 1), columns, write)))
    metadata = parquet.read_metadata(io.BytesIO(content))
    assert metadata.num_row_groups > 1
    assert metadata.num_rows == 1_000


def in_parts(content: bytes, seed: int) -> exports.Copy:
    """Passes the content on, cut at random positions."""
    luck = random.Random(seed)

    async def copy(write: exports.Write) -> None:
        rest = io.BytesIO(content)
        while part := rest.read(luck.randint(1, 900)):
            await write(part)

    return copy


async def collected(produce: Any) -> bytes:
    parts: list[bytes] = []

    async def write(part: bytes) -> None:
        parts.append(part)

    await produce(write)
    return b"".join(parts)


@pytest.mark.parametrize("seed", range(3))
def test_csv_may_be_cut_anywhere(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROW_GROUP_BYTES", 500)
    rows = [(number, AWKWARD if number % 3 else None) for number in range(100)]
    text = "id,text\n" + "".join(
        f'{n},"{AWKWARD.replace(chr(34), chr(34) * 2)}"\n' if t else f"{n},\n" for n, t in rows
    )
    columns = [("id", "bigint"), ("text", "text")]
    content = asyncio.run(
        collected(lambda write: write_parquet(in_parts(text.encode(), seed), columns, write))
    )
    assert rows_of(table_of(content)) == rows


def test_no_features_are_an_empty_collection() -> None:
    async def nothing() -> Any:
        for batch in ([], []):
            yield batch

    content = asyncio.run(collected(lambda write: write_features(nothing(), write)))
    assert json.loads(content)["features"] == []


@pytest.mark.parametrize(
    ("text", "rows", "rest"),
    [(b"a\nb", b"a\n", b"b"), (b'a\n"b\nc', b"a\n", b'"b\nc'), (b'"a\n', b"", b'"a\n'),
     (b'"a""\n"\nb\n', b'"a""\n"\nb\n', b""), (b"", b"", b"")],
)  # fmt: skip
def test_rows_are_cut_where_they_end(text: bytes, rows: bytes, rest: bytes) -> None:
    assert split_rows(text) == (rows, rest)


@pytest.fixture(scope="module")
def own(filled: Database) -> Iterator[Api]:
    """The API of a city that publishes columns that not every city has; used last in this module."""
    values = ", ".join(f"{name} = %s" for name in OWN)
    filled.run(f"UPDATE requests SET {values} WHERE srnumber = '1-5'", *OWN.values())
    filled.run("UPDATE city SET columns = %s", list(OWN))
    forget_everything()
    with serve(settings_for(filled)) as running:
        yield running
    filled.run("UPDATE city SET columns = '{}'")


def test_parquet_of_a_city_with_columns_of_its_own(own: Api) -> None:
    table = table_of(own.get(f"{ALL}.parquet").content)
    assert table.column_names[COLUMNS:] == ["Area", "Detail", "DueDate", "Parent", "OwnerName", "Kept"]
    (row,) = (row for row in table.to_pylist() if row["SRNumber"] == "1-5")
    assert [str(row[name]) for name in table.column_names[COLUMNS:]] == list(OWN.values())


def test_geojson_of_a_city_with_columns_of_its_own(own: Api) -> None:
    found = own.get(f"{ALL}.geojson").json()["features"]
    (properties,) = (f["properties"] for f in found if f["properties"]["SRNumber"] == "1-5")
    assert json.loads(properties["Kept"]) == {"borough": "MANHATTAN"}
    assert (properties["Area"], properties["Detail"]) == (OWN["area"], OWN["detail"])


def test_csv_has_the_own_columns_last_and_runs_none_as_a_formula(own: Api) -> None:
    rows = list(csv.DictReader(io.StringIO(own.get(f"{ALL}.csv").text, newline="")))
    (row,) = (row for row in rows if row["srnumber"] == "1-5")
    names = ["area", "detail", "due_date", "parent", "owner_name", "kept"]
    assert list(row)[-6:] == names
    assert [row[name] for name in names] == [*(OWN | {"detail": "'=Pothole"}).values()]


def test_names_of_types_are_computed_once_whatever_the_plan(filled: Database) -> None:
    """Right after a first load the tables of names have no statistics, and the planner may loop over them."""
    loops_only = "; ".join(
        f"SET enable_{kind} = off" for kind in ("hashjoin", "mergejoin", "memoize", "material")
    )
    with filled.cursor() as cursor:
        cursor.execute(loops_only)
        cursor.execute('EXPLAIN (ANALYZE, FORMAT JSON) SELECT "RequestType" FROM published_requests()')
        ((plan,),) = cursor.fetchall()
    lookups = [part["Actual Loops"] for part in parts_of(plan[0]["Plan"]) if part.get("CTE Name") == "known"]
    assert lookups
    assert max(lookups) <= filled.value("SELECT count(*) FROM request_types")
