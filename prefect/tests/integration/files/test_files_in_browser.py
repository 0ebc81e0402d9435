from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from files_tests.browser import Browser, browser, digest
from files_tests.server import FileServer, serve
from pipeline_tests import databases
from pipeline_tests.databases import Database
from playwright.sync_api import Playwright, sync_playwright

from benchmarks import rows
from pipeline.database import run_lock
from pipeline.files.columns import COLUMNS, selected
from pipeline.files.manifest import Manifest
from pipeline.files.writing import write_files

# Starting a database in a browser takes long.
pytestmark = pytest.mark.slow
YEARS = (2024, 2025, 2026)
ALIAS = "{url}/datasets/311-data/{year}/resolve/main/{year}.parquet"
WHERE = {
    "two weeks": "CreatedDate BETWEEN '{year}-06-01' AND '{year}-06-15'",
    "a council": "NC = '52'",
    "a number": "TRIM(SRNumber) = '{number}'",
}
FROM_POSTGRES = {
    "two weeks": "\"CreatedDate\" BETWEEN '{year}-06-01' AND '{year}-06-15'",
    "a council": '"NC" = 52 AND extract(year FROM "CreatedDate") = {year}',
    "a number": "\"SRNumber\" = '{number}'",
}
PUBLISHED = f"SELECT {selected(COLUMNS)} FROM published_requests() AS published"
MAX_TRANSFER_BYTES = 15_000_000
MAX_REQUESTS = 200


@pytest.fixture(scope="module")
def server(
    published: tuple[Path, Manifest], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FileServer]:
    with serve(published[0], tmp_path_factory.mktemp("log") / "requests") as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """One for all browsers: a second one cannot start beside it."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def page(
    playwright: Playwright, server: FileServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    with browser(playwright, tmp_path_factory.mktemp("page")) as opened:
        for year in YEARS:
            opened.open(year, ALIAS.format(url=server.url, year=year))
        yield opened
        assert opened.blocked == []


def number_of(database: Database, year: int) -> str:
    return str(database.value(
        "SELECT max(srnumber) FROM service_requests WHERE extract(year FROM created_date) = %s", year
    ))  # fmt: skip


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("shape", list(WHERE))
def test_statement_of_the_map_agrees_with_postgres(
    three_years: Database, page: Browser, year: int, shape: str
) -> None:
    values = {"year": year, "number": number_of(three_years, year)}
    expected = three_years.rows(f"{PUBLISHED} WHERE " + FROM_POSTGRES[shape].format(**values))
    found = page.query(f"SELECT * FROM requests_{year} WHERE " + WHERE[shape].format(**values))
    assert found == digest(expected)
    assert found[0] > 0


@pytest.mark.parametrize("year", YEARS)
def test_newest_request_agrees_with_postgres(three_years: Database, page: Browser, year: int) -> None:
    expected = three_years.rows(
        "SELECT max(created_date) FROM service_requests WHERE extract(year FROM created_date) = %s", year
    )
    assert page.query(f"SELECT max(CreatedDate) FROM requests_{year}") == digest(expected)


def test_two_years_in_one_statement(three_years: Database, page: Browser) -> None:
    expected = three_years.rows(
        f"{PUBLISHED} WHERE \"CreatedDate\" BETWEEN '2025-12-20' AND '2025-12-31' OR \"CreatedDate\" BETWEEN"
        " '2026-01-01' AND '2026-01-10'"
    )
    statement = (
        "(SELECT * FROM requests_2025 WHERE CreatedDate BETWEEN '2025-12-20' AND '2025-12-31') UNION ALL"
        " (SELECT * FROM requests_2026 WHERE CreatedDate BETWEEN '2026-01-01' AND '2026-01-10')"
    )
    assert page.query(statement) == digest(expected)


def test_every_response_is_a_range(server: FileServer, page: Browser) -> None:
    page.query("SELECT count(*) FROM requests_2024 WHERE Owner = 'LASAN'")
    asked = server.requests()[1:]
    assert {(noted["method"], noted["status"]) for noted in asked} == {("HEAD", 206), ("GET", 206)}


def test_two_weeks_of_a_small_year_transfer_a_part(
    server: FileServer, published: tuple[Path, Manifest], page: Browser
) -> None:
    """One of three row groups and the footer are read; a different URL avoids the page's cache."""
    server.forget()
    page.open(9, f"{server.url}/files/2025.parquet")
    page.query("SELECT * FROM requests_9 WHERE " + WHERE["two weeks"].format(year=2025))
    asked = server.requests()
    size = next(entry["bytes"] for entry in published[1].resources if entry["latest"] == "2025.parquet")
    assert sum(int(str(noted["bytes"])) for noted in asked) < size * 0.8
    assert len(asked) <= MAX_REQUESTS


def test_two_weeks_of_a_whole_year_transfer_little(playwright: Playwright, tmp_path: Path) -> None:
    with databases.database() as database:
        rows.add_year(database.owner_url, 2025, 1_400_000)
        with run_lock(database.loader_url) as connection:
            write_files(connection, str(tmp_path / "files"), "/files")
        (tmp_path / "page").mkdir()
        files, folder = serve(tmp_path / "files", tmp_path / "log"), tmp_path / "page"
        with files as server, browser(playwright, folder) as page:
            server.forget()
            page.open(2025, ALIAS.format(url=server.url, year=2025))
            found = page.query("SELECT * FROM requests_2025 WHERE " + WHERE["two weeks"].format(year=2025))
            asked = server.requests()
        where = FROM_POSTGRES["two weeks"].format(year=2025)
        assert found == digest(database.rows(f"{PUBLISHED} WHERE {where}"))
    transferred = sum(int(str(noted["bytes"])) for noted in asked)
    print(f"{found[0]} rows: {transferred / 1e6:.1f} MB in {len(asked)} requests")
    assert transferred <= MAX_TRANSFER_BYTES
    assert len(asked) <= MAX_REQUESTS
