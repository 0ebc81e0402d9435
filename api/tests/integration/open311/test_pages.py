"""Pages: order and size at any depth, and while the data changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lacity_data_api.city.facts import City
from tests.integration.open311.reading import REQUESTS, ids
from tests.support import databases
from tests.support.counting import queries
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api, forget_everything, serve, settings_for

ROWS = 93
FIRST = dt.datetime(2020, 1, 1)  # noqa: DTZ001  published times have no zone
MONTH = {"start_date": "2020-01-01", "end_date": "2020-01-31"}
ORDER = "SELECT srnumber FROM service_requests WHERE {} ORDER BY created_date, request_id"
MANY = """
INSERT INTO requests (srnumber, createddate, updateddate, dataset_id, source_row_id, source_updated_at)
SELECT 'many-' || n, timestamp '2020-01-15' + n * interval '1 minute', NULL, 'test-test', 'many-' || n, now()
  FROM generate_series(1, 1000) AS n;
INSERT INTO service_requests (request_id, srnumber, created_date, type_id, agency_id, source_id, council_id,
                              region_id, is_open, is_information, is_duplicate)
SELECT id, srnumber, createddate, 4, 2, 8, 52, 4, true, false, false
  FROM requests WHERE srnumber LIKE 'many-%'
"""


def _row(number: int) -> dict[str, Any]:
    """Three requests per day, some with the same time; the first day has the first, the 32nd and the 63rd."""
    created = FIRST + dt.timedelta(days=number % 31, hours=number // 62)
    return {"created_date": created, "type_id": 4 + number % 2}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with databases.database() as fresh:
        add_requests(fresh, *map(_row, range(ROWS)))
        yield fresh


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Api]:
    forget_everything()
    with serve(settings_for(database)) as running:
        yield running


@pytest.fixture(autouse=True)
def no_bookmarks(api: Api) -> None:
    """Every test starts as the first client."""
    forget_everything()
    api.publish()


def _page(api: Api, number: int, size: int = 10, **parameters: Any) -> list[str]:
    return ids(api.json(f"{REQUESTS}.json", **MONTH | parameters, page=number, page_size=size))


def _all(database: Database, condition: str = "true") -> list[str]:
    return [number for (number,) in database.run(ORDER.format(condition))]


def _walk(api: Api, size: int) -> Iterator[list[str]]:
    """Yields page by page until one is empty."""
    number = 1
    while page := _page(api, number, size):
        yield page
        number += 1


def test_any_page_may_be_the_first(api: Api, database: Database) -> None:
    """Pages are full, and oldest first."""
    expected = _all(database)
    assert _page(api, 8) == expected[70:80]
    assert list(_walk(api, 10)) == [expected[start : start + 10] for start in range(0, ROWS, 10)]
    assert _page(api, 8) == expected[70:80]
    assert [len(page) for page in _walk(api, 31)] == [31, 31, 31]


def test_past_the_end_is_empty(api: Api) -> None:
    assert _page(api, 10) != []
    assert _page(api, 11) == _page(api, 1_000_000_000, 1_000) == []
    assert _page(api, 2, 10, end_date="2020-01-01") == []


def test_pages_of_some_services_and_of_part_of_a_day(api: Api, database: Database) -> None:
    """Whole days are counted from a rollup, the first and the last day from their requests."""
    by_type = [_page(api, page, 20, service_code="4") for page in (3, 1, 2)]
    expected = _all(database, "type_id = 4")
    assert by_type == [expected[40:], expected[:20], expected[20:40]]
    part = {"start_date": "2020-01-02T00:30:00", "end_date": "2020-01-30T00:30:00"}
    expected = _all(database, "created_date BETWEEN '2020-01-02 00:30' AND '2020-01-30 00:30'")
    assert [_page(api, page, 30, **part) for page in (3, 2)] == [expected[60:], expected[30:60]]


def test_links_lead_through_all_pages(api: Api, database: Database) -> None:
    pages = api.pages(f"{REQUESTS}.json", **MONTH, page_size=20, jurisdiction_id="", extensions="false")
    assert ids(pages) == _all(database)
    link = api.get(f"{REQUESTS}.xml", **MONTH, page=2, page_size=9).links["next"]["url"]
    assert urlsplit(link).path == f"{REQUESTS}.xml"
    assert "Link" in api.get(f"{REQUESTS}.xml", **MONTH).headers["access-control-expose-headers"]
    following = {"page": ["3"], "page_size": ["9"]}
    assert parse_qs(urlsplit(link).query) == {name: [text] for name, text in MONTH.items()} | following
    assert "link" not in api.get(f"{REQUESTS}.json", **MONTH, page=99).headers


def test_a_link_is_no_longer_than_the_request(api: Api, database: Database) -> None:
    """Each comma took three bytes in the link, so that the server rejected the next page of a long list."""
    services = ",".join(map(str, [4, 5, *range(10_000, 15_000)]))
    time = "2020-01-01T00:00:00-08:00"
    request = f"{REQUESTS}.json?service_code={services}&start_date={time}&page=1&page_size=60"
    link = api.client.get(request).links["next"]["url"]
    assert len(link) <= len(request)
    assert ids(api.client.get(link).json()) == _all(database)[60:]


def test_links_lead_through_the_same_90_days_past_midnight(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 90 days of a client without dates moved with the day, so that later pages skipped requests."""
    today = dt.date(2020, 3, 30)  # 90 days after the first request, and after the clocks have changed
    monkeypatch.setattr(City, "today", lambda _: today)
    first = api.get(f"{REQUESTS}.json", page=1, page_size=2)
    today += dt.timedelta(days=1)
    with queries() as counted:
        second = api.client.get(first.links["next"]["url"])
        made = counted.made
    others = api.pages(second.links["next"]["url"])
    assert ids([*first.json(), *second.json(), *others]) == _all(database)
    assert made == 1, "the second page is found by the bookmark of the first, without counting"


def test_without_bookmarks_pages_are_counted(api: Api, database: Database) -> None:
    expected = _all(database)
    assert _page(api, 1) == expected[:10]
    forget_everything()
    assert _page(api, 2) == expected[10:20]
    with serve(settings_for(database, redis_url="redis://127.0.0.1:1")) as alone:
        pages = [_page(alone, number) for number in (9, 2, 10)]
    assert pages == [expected[80:90], expected[10:20], expected[90:]]


def test_pages_of_other_filters_are_counted_by_the_requests(api: Api, database: Database) -> None:
    """No rollup has these filters."""
    expected = _all(database)
    assert _page(api, 4, bbox="-119,33,-118,35", status="open") == expected[30:40]
    updated = {"start_date": "", "end_date": "", "updated_after": "2020-01-01", "information": "include"}
    assert _page(api, 9, **updated) == expected[80:90]


def _merge(database: Database, api: Api, round_: int) -> tuple[list[str], str]:
    """The changes that a run may make anywhere in the month: new requests, late ones, and a retired one."""
    days = (1, 3 + 2 * round_, 31)
    late = [{"created_date": f"2020-01-{day:02} 12:00", "srnumber": f"late-{round_}-{day}"} for day in days]
    add_requests(database, *late)
    retired = _all(database)[5 * round_]
    with database.load() as cursor:
        cursor.execute("DELETE FROM service_requests WHERE srnumber = %s", [retired])
    api.publish()
    return [str(row["srnumber"]) for row in late], retired


def test_a_walk_returns_each_request_once_while_runs_merge(api: Api, database: Database) -> None:
    """Two clients, one ahead of the other: every request that existed throughout is returned exactly once."""
    initially, retired, arrived = set(_all(database)), set(), set()
    walks = _walk(api, 13), _walk(api, 13)
    seen: tuple[list[str], list[str]] = [], []
    for round_ in range(3):
        seen[0].extend([*next(walks[0], []), *next(walks[0], [])])
        seen[1].extend(next(walks[1], []))
        new, gone = _merge(database, api, round_)
        arrived.update(new)
        retired.add(gone)
    for walk, numbers in zip(walks, seen, strict=True):
        numbers.extend(number for page in walk for number in page)
        assert len(set(numbers)) == len(numbers)
        assert initially - retired <= set(numbers) <= initially | arrived


def test_without_a_page_the_newest_1000(api: Api, database: Database) -> None:
    with database.load() as cursor:
        cursor.execute(MANY)
    api.publish()
    expected = _all(database)
    assert ids(api.json(f"{REQUESTS}.json", **MONTH)) == expected[:-1_001:-1]
    assert _page(api, 1, 1_000) == expected[:1_000]
    assert ids(api.json(f"{REQUESTS}.json", **MONTH, page=1)) == expected[:100]


def test_without_a_rollup_pages_are_counted_by_the_requests(api: Api, database: Database) -> None:
    with database.load() as cursor:
        cursor.execute("DELETE FROM rollup_catalog")
    api.publish()
    assert _page(api, 5, 9) == _all(database)[36:45]
