"""Bodies and URLs of any size and content, and any number of connections."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.databases import Database
from tests.support.serving import Api, forget_everything, serve, settings_for

PINS = "/requests/pins"
MIN_CONNECTIONS, RESERVED_FILES = 5_000, 1_000
HUGE_BYTES = 65_536
ROUTES = [
    "/",
    "/councils",
    "/councils/types/stats",
    "/councils/52/types/stats",
    "/councils/52/counts/open/types",
    "/regions",
    "/agencies",
    "/sources",
    "/types",
    "/types/stats",
    "/requests",
    "/requests/updated",
    "/requests?stream=true&start_date=2020-01-01&end_date=2020-01-31",
    "/requests/counts/open/types",
    "/requests/pins/open",
    "/requests/pins/open/geojson",
    "/geojson",
    "/geojson/hotspots",
    "/status/api",
    "/status/data",
    "/status/db",
    "/status/ready",
]


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Api]:
    """An API on an empty database, as before the first ingest run."""
    forget_everything()
    with serve(settings_for(database, api_body_bytes=10_000)) as running:
        running.publish()
        yield running


@pytest.mark.parametrize("path", ROUTES)
def test_empty_database_is_served(api: Api, path: str) -> None:
    assert api.client.get(path).status_code == 200


def test_empty_lists(api: Api) -> None:
    assert api.json("/requests") == api.json("/requests/pins/open") == api.json("/types/stats") == []
    assert api.json("/geojson")["features"] == api.json("/requests/pins/open/geojson")["features"] == []


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (b"", {422}),
        (b"{", {422}),
        (b"null", {422}),
        (b"[]", {422}),
        (b'"text"', {422}),
        (b"\xff\xfe\x00", {400, 422}),
        (b'{"startDate": "2020-01-01\\u0000"}', {422}),
        (b'{"startDate": "\\ud800"}', {422}),
        (b'{"typeIds": [1e999]}', {422}),
        (b"[" * 9_000, {400, 422}),
        (b'{"a":' * 1_500 + b"1" + b"}" * 1_500, {400, 422}),
        (b"9" * 9_000, {400, 422}),
        (b" " * 10_001, {413}),
    ],
)
def test_body(api: Api, body: bytes, statuses: set[int]) -> None:
    response = api.client.post(PINS, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in statuses
    assert "detail" in response.json()


def test_body_without_end_is_cut_off(api: Api) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1_000

    try:
        assert api.client.post(PINS, content=endless()).status_code == 413
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        # The connection was closed while the client was still sending.
        assert api.get("/").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/requests?unknown=" + "x" * 30_000, 422),
        ("/requests/srnumber/" + "x" * 30_000, 404),
        ("/requests?" + "&".join(f"type_id={number}" for number in range(1_000)), 200),
        ("/requests?type_id=%FF", 422),
        ("/requests?start_date=%00", 422),
        ("/requests?type_id=\u0661", 422),
        ("/%FF%FE", 404),
        ("/councils/%2e%2e/types", 404),
    ],
)
def test_unusual_urls(api: Api, path: str, status: int) -> None:
    assert api.client.get(path).status_code == status


def test_the_limits_are_named(api: Api) -> None:
    url = api.client.get("/types?" + "x" * 40_000)
    body = api.client.post(PINS, content=b" " * 10_001)
    assert url.json() == {"detail": "The URL must not be longer than 32768 bytes"}
    assert body.json() == {"detail": "The body must not be longer than 10000 bytes"}


@pytest.mark.parametrize("path", ["/requests?unknown=", "/"])
@pytest.mark.parametrize(("length", "status"), [(40_000, 414), (70_000, 400), (5_000_000, 400)])
def test_an_overlong_url_is_rejected(api: Api, path: str, length: int, status: int) -> None:
    parts = urlsplit(api.url)
    # Other clients refuse to send this much; the server may close the connection before all of it is sent.
    may_close = suppress(BrokenPipeError, ConnectionResetError) if length > HUGE_BYTES else nullcontext()
    with closing(HTTPConnection(parts.hostname or "", parts.port)) as connection, may_close:
        connection.request("GET", path + "x" * length)
        assert connection.getresponse().status == status
    assert api.get("/").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "POST"])
def test_other_methods_are_405(api: Api, method: str) -> None:
    assert api.client.request(method, "/councils").status_code == 405


def _connections(api: Api, number: int) -> list[socket.socket]:
    parts = urlsplit(api.url)
    return [socket.create_connection((parts.hostname, parts.port)) for _ in range(number)]


def _responds_with_open_connections(api: Api, number: int) -> None:
    idle = _connections(api, number)
    try:
        assert [api.get("/councils").status_code for _ in range(20)] == [200] * 20
        idle[-1].sendall(b"GET /regions HTTP/1.1\r\nHost: api\r\n\r\n")
        assert idle[-1].recv(12) == b"HTTP/1.1 200"
    finally:
        for connection in idle:
            connection.close()


def test_many_idle_connections(api: Api) -> None:
    _responds_with_open_connections(api, 300)


@pytest.mark.slow
def test_thousands_of_idle_connections(api: Api) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Both ends of every connection are in this process.
    most = (hard - RESERVED_FILES) // 2
    if most < MIN_CONNECTIONS:
        pytest.skip(f"this machine allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        _responds_with_open_connections(api, min(10_000, most))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
