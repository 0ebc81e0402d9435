from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from files_tests.checks import assert_agrees, by_name
from files_tests.processes import END_RUN
from pipeline_tests.databases import Database
from pyarrow import parquet

from benchmarks import rows
from pipeline.database import connect, run_lock
from pipeline.errors import FilesError
from pipeline.files import councils, writing
from pipeline.files.columns import CITY_COLUMNS, COLUMNS, LEGACY_COUNT, arrow_schema
from pipeline.files.location import FolderLocation
from pipeline.files.manifest import Manifest
from pipeline.files.writing import write_files

ROOT = Path(__file__).parents[4]
AFTER_RESTORE = ROOT / "api/lacity_data_api/after_restore.sql"
LEGACY = [
    "SRNumber",
    "CreatedDate",
    "UpdatedDate",
    "ActionTaken",
    "Owner",
    "RequestType",
    "Status",
    "RequestSource",
    "MobileOS",
    "Anonymous",
    "AssignTo",
    "ServiceDate",
    "ClosedDate",
    "AddressVerified",
    "ApproximateAddress",
    "Address",
    "HouseNumber",
    "Direction",
    "StreetName",
    "Suffix",
    "ZipCode",
    "Latitude",
    "Longitude",
    "Location",
    "TBMPage",
    "TBMColumn",
    "TBMRow",
    "APC",
    "CD",
    "CDMember",
    "NC",
    "NCName",
    "PolicePrecinct",
]
MAP_TYPES = {
    "Graffiti Removal", "Homeless Encampment", "Dead Animal Removal", "Bulky Items", "Electronic Waste",
    "Illegal Dumping Pickup", "Metal/Household Appliances", "Single Streetlight Issue",
    "Multiple Streetlight Issue", "Report Water Waste", "Other", "Feedback",
}  # fmt: skip
MAP_OWNERS = {"BSL", "LASAN", "OCB", "ITA", "LADWP", "BSS", "LADOT", "LAAS", "RAP", "ENG", "LADBS"}
DATABASE_TYPES = {
    pa.string(): "text", pa.timestamp("us"): "timestamp", pa.int64(): "int8", pa.float64(): "float8",
    pa.bool_(): "bool",
}  # fmt: skip
Published = tuple[Path, Manifest]


def path_of(published: Published, latest: str) -> Path:
    return published[0] / published[1].latest()[latest]


def write(database: Database, folder: Path, now: dt.datetime | None = None) -> Manifest:
    with run_lock(database.loader_url) as connection:
        return write_files(connection, str(folder), "/files", now)


def test_columns_are_those_of_the_database(three_years: Database) -> None:
    with connect(three_years.loader_url, "test") as connection:
        found = connection.execute("SELECT * FROM published_requests() LIMIT 0").description or ()
        types = connection.adapters.types
        named = [(column.name, types[column.type_code].name) for column in found]
    assert named == [(column.name, DATABASE_TYPES[column.kind]) for column in (*COLUMNS, *CITY_COLUMNS)]
    assert [column.name for column in COLUMNS[:LEGACY_COUNT]] == LEGACY


@pytest.mark.parametrize("year", [2024, 2025, 2026])
@pytest.mark.parametrize("kind", ["parquet", "geoparquet"])
def test_rows_are_those_of_the_database(
    three_years: Database, published: Published, year: int, kind: str
) -> None:
    names = ", ".join(f'"{column.name}"' for column in COLUMNS)
    path = path_of(published, f"{year}.{kind}")
    found = duckdb.sql(f"SELECT {names} FROM read_parquet('{path}') ORDER BY \"RequestId\"")
    expected = three_years.rows(
        f"SELECT {names} FROM published_requests()"
        ' WHERE extract(year FROM "CreatedDate") = %s ORDER BY "RequestId"',
        year,
    )
    assert found.fetchall() == expected


def test_year_is_ordered_and_in_groups_of_16384(published: Published) -> None:
    file = parquet.ParquetFile(path_of(published, "2025.parquet"))
    assert [file.metadata.row_group(group).num_rows for group in range(3)] == [16_384, 16_384, 7_232]
    keys = file.read(["CreatedDate", "SRNumber"])
    pairs = list(zip(*(column.to_pylist() for column in keys.columns), strict=True))
    assert pairs == sorted(pairs)
    assert file.schema_arrow.equals(arrow_schema())
    assert all(field.nullable for field in file.schema_arrow)


def test_pages_are_those_that_duckdb_0_8_reads(published: Published) -> None:
    metadata = parquet.ParquetFile(path_of(published, "2025.parquet")).metadata
    chunks = [
        metadata.row_group(group).column(column)
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    ]
    encodings = {encoding for chunk in chunks for encoding in chunk.encodings}
    assert encodings <= {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE"}
    assert {chunk.compression for chunk in chunks} == {"ZSTD"}
    assert "TimestampWithoutZone" not in str(metadata.schema)
    assert "isAdjustedToUTC=false" in str(metadata.schema)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_map_knows_every_type_and_owner(published: Published, year: int) -> None:
    table = parquet.read_table(path_of(published, f"{year}.parquet"))
    assert set(table.column("RequestType").to_pylist()) <= MAP_TYPES
    assert set(table.column("Owner").to_pylist()) <= MAP_OWNERS


@pytest.mark.parametrize(
    ("published_type", "name"),
    [("Item Pickups", "Bulky Items"), ("Information-Only", "Other"), ("Service Not Complete", "Other"),
     ("Dead Animal Removal", "Dead Animal Removal")],
)  # fmt: skip
def test_type_is_spelled_as_the_map_does_and_as_published(
    published: Published, published_type: str, name: str
) -> None:
    path = path_of(published, "2025.parquet")
    found = duckdb.sql(
        f"SELECT DISTINCT RequestType FROM '{path}' WHERE RequestTypePublished = '{published_type}'"
    )
    assert found.fetchall() == [(name,)]


def test_calls_and_requests_without_a_place_are_there(three_years: Database, published: Published) -> None:
    path = path_of(published, "2025.parquet")
    found = duckdb.sql(
        f"SELECT count(*) FILTER (IsInformation), count(*) FILTER (Latitude IS NULL) FROM '{path}'"
    )
    expected = three_years.rows(
        "SELECT count(*) FILTER (WHERE is_information), count(*) FILTER (WHERE latitude IS NULL)"
        " FROM service_requests WHERE extract(year FROM created_date) = 2025"
    )
    assert found.fetchall() == expected
    assert min(expected[0]) > 0


def test_manifest_agrees_with_the_files(three_years: Database, published: Published) -> None:
    manifest = assert_agrees(published[0])
    assert manifest.generation == three_years.value("SELECT generation FROM data_generation")
    assert manifest.about["rows"] == three_years.value("SELECT count(*) FROM service_requests")
    assert manifest.about["lastDay"] == str(
        three_years.value("SELECT max(created_date)::date FROM service_requests")
    )
    assert by_name(manifest)["2024.parquet"]["lastDay"] == "2024-12-31"


def test_what_lies_in_no_council_has_no_place_and_no_region(published: Published) -> None:
    councils_csv, regions_csv = (path_of(published, f"{name}.csv") for name in ("councils", "regions"))
    found = duckdb.sql(
        f"SELECT council_id, region_id, latitude, longitude FROM '{councils_csv}'"
        f" WHERE region_id IS NULL OR region_id NOT IN (SELECT region_id FROM '{regions_csv}')"
    )
    assert found.fetchall() == [(0, None, None, None)]


def test_city_has_the_columns_that_it_declares(database: Database, tmp_path: Path) -> None:
    rows.add_year(database.owner_url, 2024, 30)
    first = by_name(write(database, tmp_path))
    database.change("UPDATE city SET columns = '{detail,kept}'")
    database.change("UPDATE requests SET detail = 'Pothole', kept = '{\"borough\": \"BRONX\"}' WHERE id = 1")
    manifest = write(database, tmp_path)
    second = by_name(manifest)
    for kind in ("parquet", "geoparquet"):
        assert second[f"2024.{kind}"]["fingerprint"] != first[f"2024.{kind}"]["fingerprint"]
        path = tmp_path / manifest.latest()[f"2024.{kind}"]
        found = duckdb.sql(f"SELECT Detail, Kept->>'borough' FROM read_parquet('{path}') WHERE RequestId = 1")
        assert found.fetchall() == [("Pothole", "BRONX")]
    fields = second["2024.parquet"]["schema"]["fields"]  # type: ignore[index]
    assert [field["name"] for field in fields[len(COLUMNS) :]] == ["Detail", "Kept"]
    assert "| Kept | string |" in (tmp_path / manifest.latest()["README.md"]).read_text()


def test_wrong_days_are_written_and_are_not_the_last_day(database: Database, tmp_path: Path) -> None:
    """A typing error in a date affects its own year only."""
    rows.add_year(database.owner_url, 2025, 3_000)
    for year, moment in ((2036, "2036-03-14 12:00"), (9999, "9999-12-31 23:59:59.999999")):
        rows.add_year(database.owner_url, year, 1)
        for table, column in (("service_requests", "created_date"), ("requests", "createddate")):
            database.change(f"UPDATE {table} SET {column} = %s WHERE {column} >= '{year}-01-01'", moment)
    database.change("UPDATE data_generation SET changed_at = '2026-01-01 09:00Z'")
    manifest = write(database, tmp_path)
    entries = by_name(assert_agrees(tmp_path))
    for kind in ("parquet", "geoparquet"):
        found = {year: entries[f"{year}.{kind}"] for year in (2025, 2036, 9999)}
        assert {year: entry["rowCount"] for year, entry in found.items()} == {2025: 3_000, 2036: 1, 9999: 1}
        assert [entry["lastDay"] for entry in found.values()] == ["2025-12-31", "", ""]
    assert (manifest.about["lastDay"], manifest.about["rows"]) == ("2025-12-31", 3_002)
    texts = {name: (tmp_path / manifest.latest()[name]).read_text() for name in ("README.md", "data.json")}
    assert "the last request was created on 2025-12-31" in texts["README.md"]
    assert "/files/2025.parquet'" in texts["README.md"]
    assert '"temporal": "2025-01-01/2025-12-31"' in texts["data.json"]


def test_the_last_day_of_an_unchanged_file_follows_the_loads(database: Database, tmp_path: Path) -> None:
    rows.add_year(database.owner_url, 2025, 3_000)
    days = []
    for loaded in ("2025-06-30 09:00Z", "2026-01-01 09:00Z"):
        database.change("UPDATE data_generation SET changed_at = %s", loaded)
        days.append(by_name(write(database, tmp_path))["2025.parquet"]["lastDay"])
    assert days == ["2025-07-01", "2025-12-31"]


def test_only_a_changed_year_is_written_again(database: Database, tmp_path: Path) -> None:
    for year in (2024, 2025):
        rows.add_year(database.owner_url, year, 300)
    first = by_name(write(database, tmp_path))
    assert by_name(write(database, tmp_path))["2025.parquet"] == first["2025.parquet"]
    database.change("UPDATE requests SET address = 'X' WHERE id = (SELECT max(id) FROM requests)")
    database.change("UPDATE data_generation SET generation = generation + 1")
    second = by_name(write(database, tmp_path))
    assert second["2024.parquet"] == first["2024.parquet"]
    assert second["2025.parquet"]["hash"] != first["2025.parquet"]["hash"]
    assert str(second["2025.parquet"]["path"]).startswith("2025.g3-")


def test_file_that_is_kept_has_the_current_description(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add_year(database.owner_url, 2024, 30)
    first = by_name(write(database, tmp_path))
    fields = [{"name": "SRNumber", "type": "string", "description": "The number."}]
    monkeypatch.setattr(writing, "described", lambda _: fields)
    second = by_name(write(database, tmp_path))
    assert second["2024.parquet"] == first["2024.parquet"] | {"schema": {"fields": fields}}


def test_unchanged_rows_cost_one_file(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the journal is written if nothing else is."""
    rows.add_year(database.owner_url, 2024, 30)
    write(database, tmp_path)
    names: list[str] = []
    put = FolderLocation.put
    monkeypatch.setattr(FolderLocation, "put", lambda *given: (names.append(given[2]), put(*given)))
    write(database, tmp_path)
    assert names == ["datapackage.json"]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM service_requests WHERE request_id = 1",
     "UPDATE service_requests SET type_id = 11 WHERE request_id = 1",
     "UPDATE request_types SET data_code = 'Homeless' WHERE type_id = 2",
     "UPDATE map_names SET map_name = 'Misc' WHERE data_code = 'Other'"],
)  # fmt: skip
def test_every_kind_of_change_is_seen(database: Database, tmp_path: Path, statement: str) -> None:
    rows.add_year(database.owner_url, 2024, 300)
    first = by_name(write(database, tmp_path))
    database.change(statement)
    assert (
        by_name(write(database, tmp_path))["2024.parquet"]["fingerprint"]
        != first["2024.parquet"]["fingerprint"]
    )


@pytest.mark.parametrize(
    ("function", "column"),
    [("pg_control_system", "system_identifier"), ("pg_control_checkpoint", "timeline_id")],
)
def test_other_cluster_may_have_other_rows_with_the_same_versions(
    database: Database, tmp_path: Path, function: str, column: str
) -> None:
    """A restored backup or a promoted replica; files whose bytes are the same keep their names."""
    rows.add_year(database.owner_url, 2024, 300)
    first = by_name(write(database, tmp_path))["2024.parquet"]
    database.change(f"CREATE FUNCTION public.{function}() RETURNS TABLE ({column} bigint) RETURN 311")
    database.change(f'ALTER DATABASE "{database.name}" SET search_path = public, pg_catalog')
    second = by_name(write(database, tmp_path))["2024.parquet"]
    assert second["fingerprint"] != first["fingerprint"]
    assert second["path"] == first["path"]


def test_rows_of_a_restored_database_may_differ_from_the_files(database: Database, tmp_path: Path) -> None:
    """A snapshot goes back to rows whose transaction numbers are used again."""
    rows.add_year(database.owner_url, 2024, 300)
    first = by_name(write(database, tmp_path))["2024.parquet"]
    database.change(AFTER_RESTORE.read_text())
    second = by_name(write(database, tmp_path))["2024.parquet"]
    assert second["fingerprint"] != first["fingerprint"]
    assert second["path"] == first["path"]


def test_rows_written_again_with_the_same_values_change_no_file(database: Database, tmp_path: Path) -> None:
    """A full reload does this, because it swaps in new tables."""
    rows.add_year(database.owner_url, 2024, 300)
    first = by_name(write(database, tmp_path))
    database.change("UPDATE requests SET srnumber = srnumber")
    second = by_name(write(database, tmp_path))
    assert second["2024.parquet"]["path"] == first["2024.parquet"]["path"]
    assert second["2024.parquet"]["fingerprint"] != first["2024.parquet"]["fingerprint"]


def test_replaced_file_stays_for_a_day(database: Database, tmp_path: Path) -> None:
    rows.add_year(database.owner_url, 2024, 300)
    now = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)
    former = tmp_path / str(by_name(write(database, tmp_path, now))["2024.parquet"]["path"])
    database.change("UPDATE requests SET address = 'X' WHERE id = 1")
    later = now + dt.timedelta(hours=24)
    write(database, tmp_path, later)
    assert former.is_file()
    write(database, tmp_path, later + dt.timedelta(hours=23, minutes=59))
    assert former.is_file()
    write(database, tmp_path, later + dt.timedelta(hours=24, minutes=1))
    assert not former.exists()


def test_day_of_a_replaced_file_begins_when_the_new_files_are_complete(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add_year(database.owner_url, 2024, 300)
    write(database, tmp_path)
    rows.add_year(database.owner_url, 2024, 1)
    write_geojson, completed = councils.write_geojson, []

    def noted(*given: Any) -> int:
        completed.append(dt.datetime.now(dt.UTC))
        return write_geojson(*given)

    monkeypatch.setattr(councils, "write_geojson", noted)
    replaced = write(database, tmp_path).superseded
    assert min(dt.datetime.fromisoformat(entry["at"]) for entry in replaced) >= completed[0]


def test_killed_run_is_resumed(database: Database, tmp_path: Path) -> None:
    """Files that a killed run completed are found by its journal and not written again."""
    rows.add_year(database.owner_url, 2024, 300)
    manifest = write(database, tmp_path)
    journal = Manifest(
        manifest.generation, tuple(e for e in manifest.resources if e["latest"].startswith("2024"))
    )
    (tmp_path / "datapackage.json").unlink()
    (tmp_path / "journal.json").write_text(journal.text())
    written = (tmp_path / manifest.latest()["2024.parquet"]).stat().st_mtime_ns
    again = write(database, tmp_path)
    assert (tmp_path / again.latest()["2024.parquet"]).stat().st_mtime_ns == written
    assert not (tmp_path / "journal.json").exists()


def test_run_without_the_lock_writes_nothing(database: Database, tmp_path: Path) -> None:
    unlisted = tmp_path / "2024.g9-00000000.parquet"
    unlisted.touch()
    with connect(database.loader_url, "test") as unlocked, pytest.raises(FilesError, match="lock is lost"):
        write_files(unlocked, str(tmp_path), "/files")
    assert list(tmp_path.iterdir()) == [unlisted]


def test_run_that_lost_its_lock_removes_no_file_of_the_next_run(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, later = FolderLocation.publish, []

    def overtaken(*given: Any) -> None:
        monkeypatch.undo()
        database.change(END_RUN)
        rows.add_year(database.owner_url, 2024, 1)
        later.append(write(database, tmp_path))
        publish(*given)

    monkeypatch.setattr(FolderLocation, "publish", overtaken)
    with pytest.raises(FilesError, match="terminating connection"):
        write(database, tmp_path)
    assert assert_agrees(tmp_path).latest() == later[0].latest()


def test_other_files_of_the_folder_are_left_alone(database: Database, tmp_path: Path) -> None:
    others = {"flow.py", "pyproject.toml", "robots.txt", "notes.g1.txt", ".env", "2025-report.parquet"}
    for name in others:
        (tmp_path / name).write_text("ours")
    leftovers = {"2019.g9-00000000.parquet", "2019.geoparquet", "journal.json"}
    for name in leftovers:
        (tmp_path / name).write_text('{"generation": 1}')
    for _ in range(2):
        write(database, tmp_path)
        names = {path.name for path in tmp_path.iterdir() if path.is_file()}
        assert others <= names
        assert not leftovers & names


def test_database_without_requests_has_a_manifest(database: Database, tmp_path: Path) -> None:
    assert write(database, tmp_path).about["rows"] == 0
    assert_agrees(tmp_path)
