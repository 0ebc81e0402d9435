from __future__ import annotations

import csv
import gzip
import io
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.databases import Database, variable
from tests.support.rows import add_requests
from tests.support.servers import environment_for, program
from tests.support.serving import Api, forget_everything, serve, settings_for
from tests.support.waiting import until

COLUMNS = [
    "request_id",
    "srnumber",
    "created_date",
    "closed_date",
    "type_id",
    "agency_id",
    "source_id",
    "council_id",
    "region_id",
    "address",
    "latitude",
    "longitude",
    "city_id",
    "type_name",
    "agency_name",
    "source_name",
    "council_name",
    "region_name",
    "group_id",
    "group_name",
    "is_open",
    "is_duplicate",
    "is_information",
    "outcome",
    "reason",
]
ALL = "/reports/export/service_requests.csv"
ODD = '=1+1, "quoted"\nsecond line; ñ 🚮'
ROWS: list[dict[str, Any]] = [
    {"srnumber": "1-A", "created_date": "2019-12-31 23:59:59", "cd": 10, "longitude": -118.2427},
    {
        "srnumber": "1-B",
        "created_date": "2020-01-01 00:00",
        "address": ODD,
        "outcome": "-DUP",
        "is_duplicate": True,
    },
    {
        "srnumber": "1-C",
        "created_date": "2020-12-31 23:59",
        "closed_date": "2021-01-02",
        "type_id": 1,
        "cd": 0,
    },
    {"srnumber": "1-D", "created_date": "2021-01-01", "council_id": 0, "type_id": 987_654, "address": None},
    {"srnumber": "1-E", "created_date": "2021-06-01", "latitude": None, "longitude": None, "is_open": False},
]
CALL = {"srnumber": "1-F", "created_date": "2021-07-01", "is_information": True}
BY_VALUE = """
SELECT r.request_id::text, r.srnumber, to_char(created_date, 'YYYY-MM-DD HH24:MI:SS'),
       coalesce(to_char(closed_date, 'YYYY-MM-DD HH24:MI:SS'), ''), r.type_id::text, r.agency_id::text,
       r.source_id::text, r.council_id::text, r.region_id::text, coalesce(address, ''),
       coalesce(r.latitude::text, ''), coalesce(r.longitude::text, ''), coalesce(city_id::text, ''),
       (SELECT type_name FROM request_types t WHERE t.type_id = r.type_id),
       (SELECT agency_name FROM agencies a WHERE a.agency_id = r.agency_id),
       (SELECT source_name FROM sources s WHERE s.source_id = r.source_id),
       (SELECT council_name FROM councils c WHERE c.council_id = r.council_id),
       coalesce((SELECT region_name FROM regions g WHERE g.region_id = r.region_id), ''),
       '0', 'Other', left(is_open::text, 1), left(is_duplicate::text, 1), left(is_information::text, 1),
       coalesce(outcome, ''), coalesce(reason, '')
  FROM service_requests r WHERE NOT is_information ORDER BY r.srnumber
"""


@pytest.fixture(scope="module", autouse=True)
def ids(database: Database) -> list[int]:
    return add_requests(database, *ROWS, CALL)


@pytest.fixture
def small(database: Database) -> Iterator[Api]:
    """A separate API that allows two streams."""
    forget_everything()
    with serve(settings_for(database, api_pool_size=4)) as running:
        yield running


def rows_of(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline="")))


def numbers(content: str) -> list[str]:
    return sorted(row["srnumber"] for row in rows_of(content))


def test_every_column_has_the_stored_value(api: Api, database: Database) -> None:
    """Column by column; only text that a spreadsheet would execute differs, by a leading apostrophe."""
    response = api.get(ALL)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="service_requests.csv"'
    found = sorted(rows_of(response.text), key=lambda row: row["srnumber"])
    stored = [dict(zip(COLUMNS, row, strict=True)) for row in database.run(BY_VALUE)]
    stored[1] |= {"address": f"'{ODD}", "outcome": "'-DUP"}
    assert [list(row) for row in found] == [COLUMNS] * len(ROWS)
    assert found == stored


def test_city_id_is_the_council_district(api: Api) -> None:
    found = {row["srnumber"]: row["city_id"] for row in rows_of(api.get(ALL).text)}
    assert found == {"1-A": "10", "1-B": "", "1-C": "", "1-D": "", "1-E": ""}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_spreadsheet_runs_a_text_cell(api: Api, database: Database, start: str) -> None:
    text = f'{start}HYPERLINK("https://evil.example")'
    with database.load() as cursor:
        cursor.execute("UPDATE service_requests SET address = %s WHERE srnumber = '1-A'", [text])
        cursor.execute("UPDATE agencies SET agency_name = %s WHERE agency_id = 2", [text])
    (row,) = rows_of(api.get(ALL, start_date="2019-12-31", end_date="2019-12-31").text)
    with database.load() as cursor:
        cursor.execute("UPDATE service_requests SET address = 'x' WHERE srnumber = '1-A'")
        cursor.execute("UPDATE agencies SET agency_name = 'Sanitation Bureau' WHERE agency_id = 2")
    assert (row["address"], row["agency_name"]) == (f"'{text}", f"'{text}")
    assert row["longitude"] == "-118.2427"


def test_information_calls_are_exported_on_request(api: Api) -> None:
    assert "1-F" not in numbers(api.get(ALL).text)
    assert "1-F" in numbers(api.get(ALL, information="include").text)


@pytest.mark.parametrize("path", [ALL, f"{ALL}.gz", "/reports/export/2020/service_requests.csv"])
def test_excel_gets_a_byte_order_mark(api: Api, path: str) -> None:
    plain, marked = (api.get(path, **more).content for more in ({}, {"excel": "1"}))
    if path.endswith(".gz"):
        plain, marked = gzip.decompress(plain), gzip.decompress(marked)
    assert marked.startswith(b"\xef\xbb\xbfrequest_id,")
    assert sorted(marked.removeprefix(b"\xef\xbb\xbf").splitlines()) == sorted(plain.splitlines())


def test_gzip_file_has_no_content_encoding(api: Api) -> None:
    response = api.client.get(f"{ALL}.gz", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in response.headers
    assert response.headers["content-disposition"].endswith('filename="service_requests.csv.gz"')
    assert sorted(gzip.decompress(response.content).splitlines()) == sorted(api.get(ALL).content.splitlines())


def test_plain_file_is_compressed_on_its_way(api: Api) -> None:
    response = api.client.get(ALL, headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(rows_of(response.text)) == len(ROWS)


def test_year_ends_with_its_last_second(api: Api) -> None:
    response = api.get("/reports/export/2020/service_requests.csv")
    assert numbers(response.text) == ["1-B", "1-C"]
    assert response.headers["content-disposition"].endswith('filename="service_requests-2020.csv"')
    packed = api.get("/reports/export/2020/service_requests.csv.gz")
    assert gzip.decompress(packed.content) == response.content


@pytest.mark.parametrize(
    ("path", "wanted", "expected"),
    [
        (ALL, {"type_id": [1, 987_654]}, ["1-C", "1-D"]),
        (ALL, {"start_date": "2020-01-01", "end_date": "2020-01-01"}, ["1-B"]),
        (ALL, {"status": "closed", "council_id": 52}, ["1-C", "1-E"]),
        (ALL, {"status": "open", "group_id": 0}, ["1-A", "1-B", "1-D"]),
        (ALL, {"bbox": "-119,34,-118,35", "council_id": 0}, ["1-D"]),
        ("/reports/export/2020/service_requests.csv", {"start_date": "2019-01-01", "type_id": 4}, ["1-B"]),
        ("/reports/export/2020/service_requests.csv", {"start_date": "2021-01-01"}, []),
        ("/reports/export/1/service_requests.csv", {}, []),
        ("/reports/export/9999/service_requests.csv", {}, []),
    ],
)
def test_any_filter_of_requests_is_exported(
    api: Api, path: str, wanted: dict[str, Any], expected: list[str]
) -> None:
    response = api.get(path, **wanted)
    assert numbers(response.text) == expected
    assert response.text.startswith("request_id,srnumber,")


@pytest.mark.parametrize(
    "path",
    [
        "/reports/export/2020/log.csv",
        "/reports/export/2020/requests.csv",
        "/reports/export/2020/(SELECT%20*%20FROM%20log)%20x.csv.gz",
        "/reports/export/2020/..%2F..%2Fetc%2Fpasswd.csv",
        "/reports/export/0/service_requests.csv",
        "/reports/export/10000/service_requests.csv",
        "/reports/export/MMXX/service_requests.csv",
        f"{ALL}?start_date=2020-01-02&end_date=2020-01-01",
        f"{ALL}?type_id=graffiti",
        f"{ALL}?type_id[]=1",
        f"{ALL}?typeId=1",
    ],
)
def test_other_files_and_wrong_filters_are_rejected(api: Api, path: str) -> None:
    assert api.get(path).status_code in {404, 422}


def test_head_describes_the_file_and_reads_nothing(small: Api) -> None:
    for _ in range(5):
        response = small.client.head(f"{ALL}.gz")
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["content-type"] == "application/gzip"
    assert len(rows_of(small.get(ALL).text)) == len(ROWS)


def test_unreachable_database_is_503(database: Database) -> None:
    with serve(settings_for(database, database_reader_url="postgresql://reader@127.0.0.1:1/none")) as cut_off:
        response = cut_off.get(ALL)
    assert response.status_code == 503
    assert response.headers["retry-after"]


@pytest.fixture(scope="module")
def large(database: Database) -> None:
    """Requests whose export is 60 MB: more than the buffers along the way can hold."""
    database.run("DROP INDEX service_requests_geom_idx", url=database.loader_url)
    database.run(
        "INSERT INTO service_requests (request_id, srnumber, created_date, type_id, agency_id, source_id,"
        " council_id, region_id, address, latitude, longitude, geom)"
        " SELECT n, 'L-' || n, '2022-01-01', 4, 2, 8, 52, 1, repeat('x', 1800), 34, -118,"
        " ST_SetSRID(ST_MakePoint(-118, 34), 4326) FROM generate_series(1000001, 1030000) n",
        url=database.loader_url,
    )


LARGE = "/reports/export/2022/service_requests.csv"
COPIES = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"


def copies(database: Database) -> int:
    """How many exports Postgres is running; only their own role can see their queries."""
    return len(database.run(f"{COPIES} AND state = 'active'", url=database.reader_url))


def test_export_goes_on_only_as_fast_as_it_is_read(small: Api, database: Database, large: None) -> None:
    with small.client.stream("GET", LARGE, headers={"Accept-Encoding": "identity"}) as response:
        parts = response.iter_raw(1_000)
        next(parts)
        time.sleep(0.5)
        # Postgres still holds the rest: nothing was read ahead.
        assert copies(database) == 1
        size = 1_000 + sum(map(len, parts))
    assert size > 50_000_000


@pytest.mark.parametrize("path", [LARGE, f"{LARGE}.gz"])
def test_client_that_leaves_ends_the_export(small: Api, database: Database, large: None, path: str) -> None:
    for _ in range(3):
        with small.client.stream("GET", path, headers={"Accept-Encoding": "identity"}) as response:
            assert response.status_code == 200
            parts = response.iter_raw(100)
            next(parts)
            # The header of a gzip file is sent before the first row is read.
            assert until(lambda: copies(database) == 1)
        assert until(lambda: copies(database) == 0)
        assert until(lambda: small.state.database.pool_use()[0] == 0)


def test_exports_leave_connections_for_others(small: Api, large: None) -> None:
    with (
        httpx.Client(base_url=small.url, headers={"Accept-Encoding": "identity"}) as other,
        small.client.stream("GET", LARGE, headers={"Accept-Encoding": "identity"}) as one,
        other.stream("GET", LARGE) as two,
        httpx.Client(base_url=small.url, headers={"X-Forwarded-For": "192.0.2.1"}) as third,
    ):
        assert (one.status_code, two.status_code) == (200, 200)
        rejected = third.get(LARGE)
        assert rejected.status_code == 503
        assert rejected.headers["retry-after"]
        assert third.get("/types").status_code == 200


def test_export_cut_off_midway_does_not_look_complete(
    small: Api, database: Database, large: None, caplog: pytest.LogCaptureFixture
) -> None:
    with small.client.stream("GET", LARGE, headers={"Accept-Encoding": "identity"}) as response:
        parts = response.iter_raw(1_000)
        next(parts)
        database.run(COPIES.replace("SELECT pid", "SELECT pg_terminate_backend(pid)"))
        with pytest.raises(httpx.RemoteProtocolError):
            for _ in parts:
                pass
    assert small.get(ALL, council_id=0).status_code == 200
    assert [line for line in caplog.messages if "cut off" in line]
    assert not [record for record in caplog.records if record.exc_info]


def test_export_timeout_cuts_off_the_file(database: Database, large: None) -> None:
    forget_everything()
    with (
        serve(settings_for(database, api_export_seconds=0.3)) as hurried,
        hurried.client.stream("GET", LARGE, headers={"Accept-Encoding": "identity"}) as response,
    ):
        parts = response.iter_raw(1_000)
        next(parts)
        time.sleep(0.6)
        with pytest.raises(httpx.RemoteProtocolError):
            for _ in parts:
                pass


def test_compressed_parts_arrive_before_the_end(small: Api, large: None) -> None:
    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS)
    with small.client.stream("GET", f"{LARGE}.gz") as response:
        parts = response.iter_raw()
        text = b""
        while not text:
            text = unpacked.decompress(next(parts))
    assert text.startswith(b"request_id,")


def _peak_mb(pid: int) -> float:
    """The most memory that a process has had since it was last reset."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


@pytest.mark.slow
def test_memory_stays_flat_and_the_first_line_comes_soon(database: Database, large: None) -> None:
    environment = environment_for(database, variable("TEST_REDIS_URL"), API_WORKERS="1")
    with program(environment) as running, httpx.Client(base_url=running.url, timeout=60) as client:
        client.get(ALL, params={"council_id": 0})
        Path(f"/proc/{running.process.pid}/clear_refs").write_text("5")
        before = _peak_mb(running.process.pid)
        for path, smallest in ((LARGE, 50_000_000), (f"{LARGE}.gz", 500_000)):
            first_seconds, seconds, size = _read(client, path)
            assert size > smallest
            assert first_seconds < seconds / 2
        assert _peak_mb(running.process.pid) - before < 15


def _read(client: httpx.Client, path: str) -> tuple[float, float, int]:
    """Seconds until the first and the last part, and the number of bytes."""
    started = time.monotonic()
    with client.stream("GET", path, headers={"Accept-Encoding": "identity"}) as response:
        parts = response.iter_raw()
        next(parts)
        first_seconds = time.monotonic() - started
        size = sum(map(len, parts))
    return first_seconds, time.monotonic() - started, size


@pytest.mark.slow
def test_an_export_that_waits_for_a_full_load_is_complete(
    api: Api, database: Database, ids: list[int]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with database.load() as cursor:
            cursor.execute("CREATE TABLE swapped (LIKE service_requests INCLUDING ALL)")
            cursor.execute("INSERT INTO swapped SELECT * FROM service_requests")
            cursor.execute("DROP TABLE service_requests")
            cursor.execute("ALTER TABLE swapped RENAME TO service_requests")
            waiting = pool.submit(api.get, ALL)
            time.sleep(0.5)
            assert not waiting.done()
        lines = waiting.result().text.splitlines()
    assert len(lines) > len(ids)
