"""How long rows are kept, and how a request is erased permanently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for
from pipeline_tests.standins import TOKEN, Standin, standin
from pipeline_tests.truth import assert_sound
from pyarrow import parquet
from samples import first

from pipeline import lifetime
from pipeline.database import connect, run_lock
from pipeline.errors import BusyError, FilesError, PublishError
from pipeline.files.writing import write_files
from portal.server import serve

CASES = "2cy6-i7zn"
# By date: which dataset's requests have the highest ids differs from run to run.
NEWEST = "SELECT srnumber FROM service_requests ORDER BY created_date DESC, srnumber LIMIT 1"
HOLD_REQUESTS = """
SELECT DISTINCT table_name
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name IN ('srnumber', 'request_id')
"""

LAST_CHANGE = """
SELECT sequence, request_id, srnumber, kind, cause, before, after, latitude
  FROM changes ORDER BY sequence DESC LIMIT 1
"""


def test_an_erased_request_is_gone_and_stays_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(rows=300, today=NOW.date()) as (url, _):
        settings = settings_for(database, url)
        run_ingest(settings)
        before = database.value("SELECT count(*) FROM requests")
        number = database.value("SELECT srnumber FROM service_requests ORDER BY request_id LIMIT 1")
        database.change(
            "INSERT INTO rejected_requests (load_run_id, dataset_id, source_row_id, srnumber, reason, raw)"
            " SELECT max(load_run_id), 'one', 'row', %s, 'test', '{}' FROM load_runs",
            number,
        )
        monkeypatch.setenv("DATABASE_LOADER_URL", database.loader_url)
        monkeypatch.delenv("API_URL", raising=False)
        monkeypatch.delenv("FILES_LOCATION", raising=False)
        assert lifetime.main(["of-no-request"]) == 0
        generation = database.value("SELECT generation FROM data_generation")
        assert lifetime.main([f"C-{number}"]) == 0
        assert database.value("SELECT generation FROM data_generation") == generation + 1
        assert _places_of(database, number) == []
        assert_sound(database)
        for options in ({}, {"reconcile": True}, {"full": True}):
            run_ingest(settings, **options)
            assert _places_of(database, number) == []
            assert database.value("SELECT count(*) FROM requests") == before - 1
            assert_sound(database)
        assert lifetime.main([number, "--undo"]) == 0
        run_ingest(settings, reconcile=True)
    assert database.value("SELECT count(*) FROM requests") == before


@pytest.mark.parametrize(
    "wrong", first([{"createddate": "soon"}, {"createddate": ""}, {"closeddate": "soon"}])
)
def test_a_malformed_row_of_an_erased_request_is_not_stored_either(
    database: Database, wrong: dict[str, str]
) -> None:
    with serve(rows=300, today=NOW.date()) as (url, portal):
        settings = settings_for(database, url)
        run_ingest(settings)
        newest = "SELECT srnumber FROM requests WHERE dataset_id = %s ORDER BY id DESC LIMIT 1"
        number = database.value(newest, CASES)
        with connect(database.loader_url, "test") as connection:
            lifetime.erase(connection, [number])
        portal.upsert({"casenumber": number, **wrong}, CASES)
        run_ingest(settings)
    assert _places_of(database, number) == []
    assert_sound(database)


def test_those_who_keep_a_copy_hear_of_an_erasure(database: Database) -> None:
    with serve(rows=50, today=NOW.date()) as (url, _):
        run_ingest(settings_for(database, url))
    newest = "SELECT request_id, srnumber FROM service_requests ORDER BY request_id DESC LIMIT 1"
    numbers = []
    for _ in range(2):
        [(request_id, number)] = database.rows(newest)
        with connect(database.loader_url, "test") as connection:
            lifetime.erase(connection, [number])
        [row] = database.rows(LAST_CHANGE)
        assert row[1:] == (request_id, None, "gone", "erased", {}, None, None)
        numbers.append(row[0])
        # The next number is new, even if the erased request had the last change.
        database.change("DELETE FROM changes WHERE sequence = %s", row[0])
    assert numbers == [1, 2]


@pytest.mark.parametrize("number", ["", " ", "C-", "c- "])
@pytest.mark.parametrize("options", [[], ["--undo"]])
def test_a_blank_number_is_rejected_before_anything_is_written(
    database: Database, monkeypatch: pytest.MonkeyPatch, number: str, options: list[str]
) -> None:
    _add_aged_rows(database, days=1)
    database.change("UPDATE rejected_requests SET srnumber = ''")
    environment(monkeypatch, database)
    with pytest.raises(SystemExit, match=r"^2$"):
        lifetime.main([number, *options])
    assert database.value("SELECT count(*) FROM rejected_requests") == 1
    assert database.value("SELECT count(*) FROM erased_requests") == 0


def test_a_number_that_no_request_has_is_recorded_with_a_warning(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environment(monkeypatch, database)
    assert lifetime.main(["1-99999999"]) == 0
    assert lifetime.main(["1-9", "--undo"]) == 0
    assert [(record.levelname, record.args) for record in caplog.records] == [
        ("WARNING", ("1-99999999",)),
        ("WARNING", ("1-9",)),
    ]
    assert database.value("SELECT srnumber FROM erased_requests") == "1-99999999"


def test_every_table_of_requests_is_erased_from(database: Database) -> None:
    known = {*lifetime.ERASED_FROM, "service_requests", "erased_requests"}
    assert {table for (table,) in database.rows(HOLD_REQUESTS)} == known


def test_nothing_is_erased_during_a_run(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", database.loader_url)
    with run_lock(database.loader_url):
        assert lifetime.main(["1-1"]) == BusyError.exit_code
    assert database.value("SELECT count(*) FROM erased_requests") == 0


def test_an_erased_request_is_in_no_file_of_the_folder(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even in a file that was replaced the night before, or in one that a killed run left."""
    number = filled.value(NEWEST)
    write_to(filled, tmp_path)
    filled.change("UPDATE requests SET address = 'X' WHERE srnumber = %s", number)
    replaced = write_to(filled, tmp_path)
    (tmp_path / "2026.g9-00000000.parquet").write_bytes((tmp_path / replaced).read_bytes())
    (tmp_path / ".writing").mkdir()
    (tmp_path / ".writing" / "2026.parquet").write_bytes((tmp_path / replaced).read_bytes())
    assert len(files_with(number, tmp_path)) == 6
    environment(monkeypatch, filled, FILES_LOCATION=str(tmp_path))
    assert lifetime.main([number]) == 0
    assert files_with(number, tmp_path) == []
    assert not (tmp_path / replaced).exists()


def test_a_run_after_an_erasure_without_files_removes_the_replaced_files_at_once(
    filled: Database, tmp_path: Path
) -> None:
    number = filled.value(NEWEST)
    write_to(filled, tmp_path)
    with connect(filled.loader_url, "test") as connection:
        lifetime.erase(connection, [number])
    current = write_to(filled, tmp_path)
    assert files_with(number, tmp_path) == []
    filled.change("UPDATE requests SET address = 'X' WHERE srnumber = %s", filled.value(NEWEST))
    assert write_to(filled, tmp_path) != current
    # Later runs keep replaced files for a day again.
    assert (tmp_path / current).exists()


@pytest.mark.parametrize(
    ("token", "code"), [(TOKEN, FilesError.exit_code), ("another", PublishError.exit_code)]
)
def test_files_that_cannot_be_written_do_not_keep_an_erasure_from_the_api(
    filled: Database,
    api_of_filled: Standin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    token: str,
    code: int,
) -> None:
    (tmp_path / "disk").write_text("no folder")
    number = filled.value(NEWEST)
    location = str(tmp_path / "disk" / "files")
    environment(monkeypatch, filled, API_URL=api_of_filled.url, ADMIN_TOKEN=token, FILES_LOCATION=location)
    assert lifetime.main([number]) == code
    assert api_of_filled.served == (2 if token == TOKEN else 0)
    assert f"the files at {location} are not written" in caplog.text
    assert _places_of(filled, number) == []


def test_an_erasure_resets_an_api_that_a_client_has_made_switch(
    filled: Database, api_of_filled: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(monkeypatch, filled, API_URL=api_of_filled.url, ADMIN_TOKEN=TOKEN)
    api_of_filled.served = 2
    assert lifetime.main([filled.value(NEWEST)]) == 0
    assert api_of_filled.resets == 1


def test_an_erased_request_is_in_no_staging_table(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.change("CREATE TABLE staging.rejected_1 (srnumber text)")
    filled.change("ALTER TABLE staging.rejected_1 OWNER TO loader_311")
    environment(monkeypatch, filled)
    assert lifetime.main(["1-1"]) == 0
    assert filled.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'") == []


@pytest.mark.parametrize(("days", "left"), [(30, 1), (0, 2)])
def test_old_rows_are_pruned_by_setting(database: Database, days: int, left: int) -> None:
    for age in (10, 40):
        _add_aged_rows(database, age)
    limits = dict.fromkeys(
        ("retired_retention_days", "rejected_retention_days", "log_table_retention_days"), days
    )
    with connect(database.loader_url, "test") as connection:
        lifetime.prune(connection, settings_for(database, "", **limits))
    for table in ("retired_requests", "rejected_requests", "log"):
        assert database.value(f"SELECT count(*) FROM {table}") == left


@pytest.fixture
def api_of_filled(filled: Database) -> Iterator[Standin]:
    with standin(lambda: filled.value("SELECT generation FROM data_generation")) as state:
        yield state


def environment(monkeypatch: pytest.MonkeyPatch, database: Database, **more: str) -> None:
    """The settings of `python flow.py erase`."""
    for name in ("API_URL", "ADMIN_TOKEN", "FILES_LOCATION"):
        monkeypatch.setenv(name, more.get(name, ""))
    monkeypatch.setenv("DATABASE_LOADER_URL", database.loader_url)


def write_to(database: Database, folder: Path) -> str:
    """Write the files; returns the name of the newest year's file."""
    with run_lock(database.loader_url) as connection:
        return write_files(connection, str(folder), "/files").latest()["2026.parquet"]


def files_with(number: str, folder: Path) -> list[Path]:
    """The files that contain this number, in a column or in any other place."""
    return [path for path in folder.rglob("*") if path.is_file() and _contains(path, number)]


def _contains(path: Path, number: str) -> bool:
    if path.suffix not in {".parquet", ".geoparquet"} or "councils" in path.name:
        return number.encode() in path.read_bytes()
    return number in parquet.read_table(path, columns=["SRNumber"]).column(0).to_pylist()


def _places_of(database: Database, number: str) -> list[str]:
    tables = (*lifetime.ERASED_FROM, "service_requests")
    count = "SELECT count(*) FROM {} WHERE srnumber = %s"
    return [table for table in tables if database.value(count.format(table), number)]


def _add_aged_rows(database: Database, days: int) -> None:
    age = f"now() - interval '{days} days'"
    database.change(
        "INSERT INTO retired_requests (id, srnumber, createddate, dataset_id, source_row_id,"
        " source_updated_at, loaded_at, retired_at, retired_reason)"
        f" VALUES (1, 'x', now(), 'd', 'r', now(), now(), {age}, 'test')"
    )
    database.change("INSERT INTO load_runs (mode) VALUES ('incremental')")
    database.change(
        "INSERT INTO rejected_requests (load_run_id, dataset_id, source_row_id, reason, raw, rejected_at)"
        f" SELECT max(load_run_id), 'd', '{days}', 'test', '{{}}', {age} FROM load_runs"
    )
    database.change(f"INSERT INTO log (status, message, created_time) VALUES ('INFO', 'test', {age})")
