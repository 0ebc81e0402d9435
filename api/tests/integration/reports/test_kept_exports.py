from __future__ import annotations

import asyncio
import csv
import gzip
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyarrow import parquet

from lacity_data_api.cache import kept_files, outdated_files
from lacity_data_api.cache.kept_files import MB, Content, Days, KeptFiles
from lacity_data_api.cache.outdated_files import OutdatedFiles
from lacity_data_api.database import Database as ApiDatabase
from lacity_data_api.statements import Statement
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api, forget_everything, serve, settings_for
from tests.support.waiting import until

YEAR = "/reports/export/2020/service_requests"
NEXT_YEAR = YEAR.replace("2020", "2021")
LARGE = "/reports/export/2022/service_requests.csv.gz"
UPDATES = ("UPDATE service_requests SET address = %s", "UPDATE requests SET address = %s")
GZIP = {"Accept-Encoding": "gzip"}
RECORDED = """
UPDATE data_generation
   SET generation = generation + 1, changed_at = now(), recorded_generation = generation + 1,
       every_day_changed_at = CASE WHEN recorded_generation = generation THEN every_day_changed_at
                                   ELSE now() END
"""


@pytest.fixture(scope="module", autouse=True)
def rows(database: Database) -> None:
    for year in (2020, 2021):
        add_requests(
            database, *({"srnumber": f"{year}-{n}", "created_date": f"{year}-05-06"} for n in range(5))
        )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_files, "MIN_BYTES", 1)
    return tmp_path / "exports"


@pytest.fixture
def keeping(database: Database, folder: Path) -> Iterator[Api]:
    """An API that keeps exports of any size."""
    forget_everything()
    with serve(settings_for(database, exports_folder=str(folder))) as running:
        yield running


def kept(folder: Path) -> list[str]:
    """The names of the files, once no copy is being written."""
    while any("." in path.name for path in folder.iterdir()):
        time.sleep(0.02)
    return [path.name for path in folder.iterdir()]


def address(database: Database, text: str) -> None:
    """Change the rows without a new generation, so that only a file can still have the former text."""
    for update in UPDATES:
        database.run(update, text, url=database.loader_url)


def publish(database: Database, text: str) -> None:
    """Change the rows as the pipeline does."""
    with database.load() as cursor:
        for update in UPDATES:
            cursor.execute(update, [text])


def addresses(api: Api, path: str, **parameters: Any) -> set[str]:
    """The addresses in an export of any format."""
    response = api.client.get(path, params=parameters, headers=GZIP)
    assert response.status_code == 200
    if (folder := Path(api.state.settings.exports_folder)).is_dir():
        kept(folder)
    if path.endswith(".parquet"):
        return set(parquet.read_table(io.BytesIO(response.content)).column("Address").to_pylist())
    if path.endswith(".geojson"):
        return {feature["properties"]["Address"] for feature in response.json()["features"]}
    text = gzip.decompress(response.content).decode() if path.endswith(".gz") else response.text
    return {row["address"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".geojson"])
def test_an_export_is_read_once_until_something_changes(
    keeping: Api, database: Database, ending: str
) -> None:
    publish(database, "FIRST")
    assert addresses(keeping, YEAR + ending) == {"FIRST"}
    address(database, "SECOND")
    assert addresses(keeping, YEAR + ending) == {"FIRST"}
    publish(database, "THIRD")
    assert addresses(keeping, YEAR + ending) == {"THIRD"}


def record(database: Database, *days: str) -> None:
    """A new generation in which the requests of these days have changed, as the merge records it."""
    with database.cursor(database.loader_url) as cursor:
        for day in days:
            cursor.execute(
                "INSERT INTO changed_days (day, changed_at) VALUES (%s, clock_timestamp())"
                " ON CONFLICT (day) DO UPDATE SET changed_at = excluded.changed_at",
                [day],
            )
        cursor.execute(RECORDED)


@pytest.mark.parametrize(("day", "remade"), [("2021-05-06", "AFTER"), ("2020-05-06", "BEFORE")])
def test_a_load_leaves_the_files_of_days_that_it_did_not_change(
    keeping: Api, database: Database, folder: Path, day: str, remade: str
) -> None:
    record(database)
    address(database, "BEFORE")
    assert addresses(keeping, f"{NEXT_YEAR}.csv") == {"BEFORE"}
    address(database, "AFTER")
    record(database, day)
    keeping.publish()
    assert addresses(keeping, f"{NEXT_YEAR}.csv") == {remade}
    assert len(kept(folder)) == 1


def test_a_finished_export_replaces_the_one_of_a_former_version(
    keeping: Api, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while this worker has not noticed the new generation, and removes nothing."""
    monkeypatch.setattr(outdated_files.OutdatedFiles, "begin_removal", lambda _: None)
    record(database)
    addresses(keeping, f"{YEAR}.csv")
    addresses(keeping, f"{NEXT_YEAR}.csv")
    (former,) = (name for name in kept(folder) if "2020-12-31" in name)
    record(database, "2020-05-06")
    addresses(keeping, f"{YEAR}.csv")
    # The former one is removed after the new one has got its name.
    assert until(lambda: len(kept(folder)) == 2)
    assert former not in kept(folder)


@pytest.mark.parametrize(
    "change",
    ["UPDATE request_types SET type_name = concat(type_name, '.') WHERE type_id = 4",
     "UPDATE councils SET council_name = concat(council_name, '.') WHERE council_id = 52",
     "DELETE FROM map_names WHERE ctid = (SELECT min(ctid) FROM map_names)",
     "UPDATE alembic_version SET version_num = concat(version_num, '.')",
     "UPDATE data_generation SET generation = generation + 1"],
)  # fmt: skip
def test_some_changes_outdate_the_files_of_all_days(keeping: Api, database: Database, change: str) -> None:
    """Another name, a migration, and a new generation whose writer has recorded no days."""
    record(database)
    address(database, "BEFORE")
    assert addresses(keeping, f"{YEAR}.csv") == {"BEFORE"}
    address(database, "AFTER")
    database.run(change)
    assert addresses(keeping, f"{YEAR}.csv") == {"AFTER"}
    # What was not recorded stays unknown, also after generations that were.
    address(database, "LATER")
    record(database, "2019-01-01")
    is_recorded = "data_generation" not in change
    assert addresses(keeping, f"{YEAR}.csv") == ({"AFTER"} if is_recorded else {"LATER"})


def test_a_file_is_sent_as_its_export_was(keeping: Api, folder: Path) -> None:
    first = keeping.client.get(f"{YEAR}.csv", headers=GZIP)
    assert len(kept(folder)) == 1
    second = keeping.client.get(f"{YEAR}.csv", headers=GZIP)
    assert first.content == second.content
    varying = {"date", "x-request-id"}
    assert [item for item in first.headers.items() if item[0] not in varying] == [
        item for item in second.headers.items() if item[0] not in varying
    ]


def test_other_rows_and_forms_have_files_of_their_own(keeping: Api, database: Database, folder: Path) -> None:
    publish(database, "FIRST")
    assert addresses(keeping, f"{YEAR}.csv") == {"FIRST"}
    address(database, "SECOND")
    assert addresses(keeping, f"{YEAR}.csv", type_id=4) == {"SECOND"}
    assert addresses(keeping, f"{YEAR}.csv", excel=1) == {"SECOND"}
    assert addresses(keeping, f"{YEAR}.csv", start_date="2020-05-01") == {"SECOND"}
    assert addresses(keeping, f"{YEAR}.parquet") == {"SECOND"}
    # The same bytes, whether they are a file or the encoding of one.
    assert addresses(keeping, f"{YEAR}.csv.gz") == {"FIRST"}
    assert len(kept(folder)) == 5


def test_head_and_uncompressed_text_are_not_kept(keeping: Api, folder: Path) -> None:
    assert keeping.client.head(f"{YEAR}.csv.gz").status_code == 200
    plain = keeping.client.get(f"{YEAR}.csv", headers={"Accept-Encoding": "identity"})
    assert plain.text.startswith("request_id,")
    assert kept(folder) == []


@pytest.fixture(scope="module")
def large(database: Database) -> None:
    """Requests whose export exceeds the buffers along the way, compressed, too."""
    database.run(
        "INSERT INTO service_requests (request_id, srnumber, created_date, type_id, agency_id, source_id,"
        " council_id, region_id, address) SELECT n, 'L-' || n, '2022-01-01', 4, 2, 8, 52, 1,"
        " (SELECT string_agg(sha512(concat(n, '-', m)::bytea)::text, '') FROM generate_series(1, 12) AS m)"
        " FROM generate_series(1000001, 1030000) n",
        url=database.loader_url,
    )


@pytest.mark.slow
def test_an_export_that_the_client_gives_up_is_not_kept(keeping: Api, large: None, folder: Path) -> None:
    with keeping.client.stream("GET", LARGE) as response:
        next(response.iter_raw(1_000))
    assert kept(folder) == []
    assert len(gzip.decompress(keeping.get(LARGE).content)) > 40_000_000
    assert len(kept(folder)) == 1


@contextmanager
def in_the_middle_of(keeping: Api) -> Iterator[Iterator[bytes]]:
    """Another client that has received the beginning of the large export, and its remaining parts."""
    with keeping.client.stream("GET", LARGE) as response:
        parts = response.iter_raw(100_000)
        next(parts)
        yield parts


@pytest.fixture
def reads(keeping: Api, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The exports that Postgres was asked for."""
    asked, database = list[str](), keeping.state.database
    copy = database.copy

    async def counted(statement: Statement, *rest: Any) -> None:
        asked.append(statement.sql)
        await copy(statement, *rest)

    monkeypatch.setattr(database, "copy", counted)
    return asked


def test_a_second_client_gets_the_file_of_the_first_one(keeping: Api, large: None, reads: list[str]) -> None:
    """Two clients often want the same year at the same moment: after a load."""
    with in_the_middle_of(keeping) as parts, ThreadPoolExecutor() as pool:
        second = pool.submit(keeping.get, LARGE)
        time.sleep(0.3)
        size = sum(map(len, parts))
        assert len(second.result().content) - 100_000 == size
    assert len(reads) == 1


@pytest.mark.slow
def test_a_second_client_does_not_depend_on_the_first_one(
    keeping: Api, large: None, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which may leave before the end, or read too slowly to be worth waiting for."""
    with in_the_middle_of(keeping), ThreadPoolExecutor() as pool:
        second = pool.submit(keeping.get, LARGE)
        time.sleep(0.3)
    assert len(gzip.decompress(second.result().content)) > 40_000_000
    assert len(reads) == 2
    keeping.state.kept_files.clear()
    monkeypatch.setattr(kept_files, "GROWING_SECONDS", 0.2)
    with in_the_middle_of(keeping):
        assert len(gzip.decompress(keeping.get(LARGE).content)) > 40_000_000
    assert len(reads) == 4


def test_an_export_during_a_load_is_not_kept(
    keeping: Api, database: Database, large: None, folder: Path
) -> None:
    with keeping.client.stream("GET", LARGE) as response:
        parts = response.iter_raw(1_000)
        size = len(next(parts))
        with database.load() as cursor:
            cursor.execute("UPDATE request_types SET type_name = type_name")
        size += sum(map(len, parts))
    assert size > 10_000_000
    assert kept(folder) == []


def test_files_of_the_former_data_are_removed_with_the_cutover(
    keeping: Api, database: Database, folder: Path
) -> None:
    """An erased request must not stay on the disk until somebody exports the same rows again."""
    keeping.get(f"{YEAR}.csv.gz")
    assert len(kept(folder)) == 1
    publish(database, "AFTER")
    keeping.publish()
    while kept(folder):
        time.sleep(0.02)


@pytest.mark.slow
def test_a_started_server_forgets_the_files_of_an_earlier_one(database: Database, folder: Path) -> None:
    """The database may have been restored to an older generation in between."""
    for text in ("FIRST", "SECOND"):
        address(database, text)
        with serve(settings_for(database, exports_folder=str(folder))) as running:
            assert addresses(running, f"{YEAR}.csv") == {text}


def test_a_disk_that_fails_fails_no_export(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a file").touch()
    with serve(settings_for(database, exports_folder=str(tmp_path / "a file"))) as running:
        for _ in range(2):
            assert len(addresses(running, f"{YEAR}.csv")) == 1
    assert [line for line in caplog.messages if "not kept" in line]
    assert not [record for record in caplog.records if record.exc_info]


def test_files_go_if_the_database_does_not_tell_for_long_whether_they_are_outdated(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A short outage costs no file, but none with an erased request may stay forever."""
    monkeypatch.setattr(outdated_files, "ATTEMPTS", 2)
    monkeypatch.setattr(outdated_files, "PAUSE_SECONDS", 0.5)
    files = KeptFiles(str(tmp_path), 8, "one")
    url = "postgresql://reader@127.0.0.1:1/none"
    with files.copy(Content("one", Days(), "version")) as copy:
        copy.write(b"x" * MB)
        copy.finish()
    kept_for: list[int] = []

    async def remove() -> None:
        unreachable = ApiDatabase(settings_for(database, database_reader_url=url))
        await unreachable.open()
        outdated = OutdatedFiles(files, unreachable)
        outdated.begin_removal()
        async with asyncio.timeout(60):
            while files.days():
                await asyncio.sleep(0.01)
                kept_for.append(sum("not be removed yet" in line for line in caplog.messages))
        await outdated.close()
        await unreachable.close()

    asyncio.run(remove())
    assert {1, 2} <= set(kept_for)


def test_an_unreachable_database_is_503(database: Database, folder: Path) -> None:
    url = "postgresql://reader@127.0.0.1:1/none"
    with serve(settings_for(database, database_reader_url=url, exports_folder=str(folder))) as cut_off:
        assert httpx.get(f"{cut_off.url}{YEAR}.csv.gz").status_code == 503
