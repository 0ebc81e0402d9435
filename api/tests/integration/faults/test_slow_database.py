"""A slow or busy database."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from prometheus_client import REGISTRY

from tests.integration.faults.blocked import blocked, wait_for_waiting
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import ADMIN, Api, forget_everything, serve, settings_for
from tests.support.waiting import until

POOL = 2


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Api]:
    forget_everything()
    add_requests(database, {})
    settings = settings_for(database, api_pool_size=POOL, api_pool_wait_seconds=0.3, api_query_seconds=3)
    with serve(settings) as running:
        running.publish()
        yield running


def _leave(api: Api, path: str) -> socket.socket:
    """A connection that has sent a request but not read the response."""
    parts = urlsplit(api.url)
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: api\r\n\r\n".encode())
    return connection


def test_exhausted_pool_is_503_and_cached_responses_are_served(api: Api, database: Database) -> None:
    with ThreadPoolExecutor(POOL) as pool:
        with blocked(database):
            first = [pool.submit(api.get, "/requests", skip=number) for number in range(POOL)]
            wait_for_waiting(database, POOL)
            rejected = api.get("/requests", skip=99)
            hot = api.get("/requests/pins/open")
        statuses = [future.result().status_code for future in first]
    assert (rejected.status_code, rejected.json()) == (503, {"detail": "Too many concurrent queries"})
    assert int(rejected.headers["retry-after"]) >= 1
    assert hot.status_code == 200
    assert statuses == [200, 200]


def test_query_timeout_is_503(api: Api, database: Database) -> None:
    with blocked(database):
        began = time.monotonic()
        response = api.get("/requests", skip=5)
        assert time.monotonic() - began < 8
    assert response.status_code == 503
    assert "timed out" in response.json()["detail"]
    assert "retry-after" in response.headers
    assert api.get("/requests", skip=5).status_code == 200


def test_query_ends_when_its_client_leaves(api: Api, database: Database) -> None:
    with blocked(database):
        connection = _leave(api, "/requests?skip=6")
        wait_for_waiting(database, 1)
        connection.close()
        wait_for_waiting(database, 0, seconds=2.5)
    assert api.get("/requests", skip=6).status_code == 200


def test_client_that_left_is_no_error_of_ours(api: Api, database: Database) -> None:
    before = [_requests(status) for status in ("499", "500")]
    with blocked(database):
        connection = _leave(api, "/requests?skip=8")
        wait_for_waiting(database, 1)
        connection.close()
        wait_for_waiting(database, 0, seconds=2.5)
    counted = [before[0] + 1, before[1]]
    assert until(lambda: [_requests(status) for status in ("499", "500")] == counted)


def _requests(status: str) -> float:
    labels = {"route": "/requests", "method": "GET", "status": status}
    return REGISTRY.get_sample_value("api_requests_total", labels) or 0


def test_query_goes_on_for_the_clients_that_stay(api: Api, database: Database) -> None:
    stayed: list[int] = []

    def stay() -> None:
        stayed.append(api.get("/requests", skip=7).status_code)

    staying = threading.Thread(target=stay)
    with blocked(database):
        leaving = _leave(api, "/requests?skip=7")
        wait_for_waiting(database, 1)
        staying.start()
        time.sleep(0.2)
        leaving.close()
        time.sleep(0.3)
        wait_for_waiting(database, 1)
    staying.join()
    assert stayed == [200]


def test_stream_ends_when_its_client_leaves(api: Api, database: Database) -> None:
    with blocked(database):
        path = "/requests?stream=true&start_date=2020-01-01&end_date=2020-12-31"
        connection = _leave(api, path)
        wait_for_waiting(database, 1)
        connection.close()
        wait_for_waiting(database, 0, seconds=2.5)
    assert until(lambda: api.client.get(path).status_code == 200), "the stream still holds its place"


def test_reset_of_a_slow_database_is_503_and_old_responses_stay(api: Api, database: Database) -> None:
    with blocked(database):
        response = api.client.post("/status/reset-cache", headers=ADMIN)
        assert response.status_code == 503
        assert api.get("/requests/pins/open").status_code == 200
    api.publish()
