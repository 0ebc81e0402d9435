"""Order, pages and streams."""

from __future__ import annotations

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.integration.faults.blocked import blocked, wait_for_waiting
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api

# As published: to the minute, with many requests in each.
ROWS = 107
YEAR = {"start_date": "2020-01-01", "end_date": "2020-12-31"}


@pytest.fixture(scope="module", autouse=True)
def ids(database: Database) -> list[int]:
    """All ids in the required order: newest first, then the larger id."""
    rows = [{"created_date": f"2020-01-02 10:{number % 3:02}"} for number in range(ROWS)]
    made = add_requests(database, *rows)
    dated = [(row["created_date"], request_id) for row, request_id in zip(rows, made, strict=True)]
    return [request_id for _, request_id in sorted(dated, reverse=True)]


def _ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["requestId"] for row in rows]


@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
def test_order_is_total(api: Api, ids: list[int], path: str) -> None:
    assert _ids(api.json(path)) == ids


@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
def test_pages_by_position_hold_every_row_once(api: Api, ids: list[int], path: str) -> None:
    pages = [api.json(path, skip=skip, limit=10) for skip in range(0, ROWS, 10)]
    assert [request_id for page in pages for request_id in _ids(page)] == ids


@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
@pytest.mark.parametrize("limit", [1, 10, 107])
def test_links_lead_through_every_row_once(api: Api, ids: list[int], path: str, limit: int) -> None:
    assert _ids(api.pages(path, limit=limit, type_id=[1, 4], status="open", **YEAR)) == ids


def test_link_keeps_the_filter_and_skips_once(api: Api, ids: list[int]) -> None:
    response = api.get("/requests", skip=7, limit=5, type_id=[4, 1], bbox="-119,33,-118,35")
    query = urlsplit(response.links["next"]["url"]).query
    assert "bbox=-119.0,33.0,-118.0,35.0&" in query
    link = parse_qs(query)
    assert link.keys() == {"limit", "type_id", "bbox", "cursor"}
    assert link["type_id"] == ["1", "4"]
    assert _ids(api.client.get(response.links["next"]["url"]).json()) == ids[12:17]


def test_repetitions_of_one_client_are_in_no_link(api: Api) -> None:
    api.client.get("/requests", params={"limit": 6, "type_id": [1, 4] * 50})
    following = api.get("/requests", limit=6, type_id=[4, 1]).links["next"]["url"]
    assert parse_qs(urlsplit(following).query).keys() == {"limit", "type_id", "cursor"}
    assert following.count("type_id") == 2


@pytest.mark.parametrize("parameters", [{"limit": ROWS + 1}, {"limit": 0}, {"skip": ROWS}])
def test_last_page_leads_nowhere(api: Api, parameters: dict[str, int]) -> None:
    assert "link" not in api.get("/requests", **parameters).headers


def test_a_page_may_be_empty(api: Api) -> None:
    assert api.json("/requests", limit=0) == []


def test_page_stays_the_same_when_newer_rows_arrive(api: Api, ids: list[int], database: Database) -> None:
    link = api.get("/requests", limit=10).links["next"]["url"]
    (newest,) = add_requests(database, {"created_date": "2020-01-03 10:00"})
    try:
        api.publish()
        assert api.json("/requests", limit=1)[0]["requestId"] == newest
        assert _ids(api.client.get(link).json()) == ids[10:20]
    finally:
        with database.load() as cursor:
            cursor.execute("DELETE FROM service_requests WHERE request_id = %s", [newest])
        api.publish()


@pytest.mark.parametrize("path", ["/requests", "/requests/updated"])
def test_stream_holds_everything_in_order(api: Api, ids: list[int], path: str) -> None:
    streamed = api.json(path, stream="true", limit=1, skip=50, **YEAR)
    assert streamed == api.json(path, limit=1000, **YEAR)
    assert _ids(streamed) == ids


def test_stream_of_nothing_is_an_empty_list(api: Api) -> None:
    assert api.json("/requests", stream="true", start_date="1999-01-01", end_date="1999-12-31") == []


def test_stream_is_compressed_if_the_client_accepts_it(api: Api, ids: list[int]) -> None:
    with api.client.stream(
        "GET", "/requests", params={"stream": "true", **YEAR}, headers={"Accept-Encoding": "br, gzip"}
    ) as response:
        assert response.headers["content-encoding"] == "gzip"
        packed = b"".join(response.iter_raw())
    assert _ids(json.loads(zlib.decompress(packed, 16 + zlib.MAX_WBITS))) == ids


def test_stream_is_plain_if_the_client_does_not(api: Api) -> None:
    response = httpx.get(
        f"{api.url}/requests", params={"stream": "true", **YEAR}, headers={"Accept-Encoding": "identity"}
    )
    assert "content-encoding" not in response.headers
    assert len(response.json()) == ROWS


def _from(api: Api, client: int, **params: Any) -> httpx.Response:
    """A request as if from another client; uvicorn trusts a proxy on this machine."""
    headers = {"X-Forwarded-For": f"192.0.2.{client}"}
    return api.client.get("/requests", params=params, headers=headers)


def test_one_client_has_two_streams_at_once(api: Api, database: Database) -> None:
    params = {"stream": "true", **YEAR}
    with ThreadPoolExecutor(2) as pool:
        with blocked(database):
            streams = [pool.submit(_from, api, 7, **params) for _ in range(2)]
            wait_for_waiting(database, 2)
            rejected = _from(api, 7, **params)
            assert (rejected.status_code, rejected.headers["retry-after"]) == (429, "60")
            other = pool.submit(_from, api, 8, **params)
        assert [stream.result().status_code for stream in (*streams, other)] == [200] * 3
    assert _from(api, 7, **params).status_code == 200


def test_streams_leave_half_of_the_pool(api: Api, database: Database) -> None:
    _, _, allowed = api.state.database.pool_use()
    params = {"stream": "true", **YEAR}
    with ThreadPoolExecutor(allowed) as pool:
        with blocked(database):
            streams = [pool.submit(_from, api, number % 2, **params) for number in range(allowed // 2)]
            wait_for_waiting(database, allowed // 2)
            rejected = _from(api, 3, **params)
            assert api.get("/requests", **params).status_code == 503
            assert rejected.status_code == 503
            assert "retry-after" in rejected.headers
            assert api.get("/sources/1").status_code == 200
        assert [stream.result().status_code for stream in streams] == [200] * (allowed // 2)
    assert api.get("/requests", **params).status_code == 200
