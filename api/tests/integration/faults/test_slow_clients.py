"""Clients that send too much, or too slowly."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from lacity_data_api.cache import large_bodies
from lacity_data_api.cache.large_bodies import LARGE_BODIES
from lacity_data_api.http import protocol, request_limits, slow_readers
from tests.support.databases import Database
from tests.support.rows import add_large_requests
from tests.support.serving import Api
from tests.support.waiting import until

HEAD = b"GET /types HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /requests/pins HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n"
MANY_BYTES = 20_000_000


@pytest.fixture
def connection(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A connection to an API whose time limits are short enough for a test."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(request_limits, "BODY_SECONDS", 0.5)
    with _connected(api) as connected:
        yield connected


def _connected(api: Api) -> socket.socket:
    parts = urlsplit(api.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def _reading_little(api: Api) -> socket.socket:
    """A client whose kernel buffers little more than the client reads."""
    parts = urlsplit(api.url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(10)
    connection.connect((parts.hostname, parts.port))
    return connection


def _everything(connection: socket.socket) -> bytes:
    """Everything that the server sends until it closes the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            received += part
    return received


def test_an_ordinary_head_may_be_large(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Cookie: " + b"x" * 60_000 + b"\r\n\r\n")
    assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("offer", [b"websocket", b"h2c"])
def test_what_follows_an_offer_to_upgrade_is_answered(connection: socket.socket, offer: bytes) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: " + offer + b"\r\n\r\n"
    connection.sendall((HEAD + upgrade) * 3 + HEAD + b"Connection: close\r\n\r\n")
    assert _everything(connection).count(b"HTTP/1.1 200") == 4


@pytest.mark.parametrize("header", [b"x" * 999, b"a: b\r\n" * 150])
def test_an_endless_head_is_cut_off(connection: socket.socket, header: bytes) -> None:
    connection.sendall(HEAD + b"Cookie: ")
    assert _send_until_closed(connection, header * 20) < MANY_BYTES


CHUNKED = POST.partition(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("tail", [b"0\r\n" + b"a: b\r\n" * 20_000, b"0;" + b"x" * 100_000])
def test_an_endless_end_of_a_body_is_cut_off(connection: socket.socket, tail: bytes) -> None:
    connection.sendall(CHUNKED + tail)
    assert _send_until_closed(connection, tail.partition(b"0")[2].strip()) < MANY_BYTES


def test_trailers_are_no_headers(connection: socket.socket) -> None:
    """They came after those of the head, and would have named another request id or client."""
    request = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n"
    connection.sendall(request + b"X-Request-ID: of-a-trailer\r\n\r\n")
    received = _everything(connection)
    assert received.startswith(b"HTTP/1.1 200")
    assert b"of-a-trailer" not in received


def test_a_head_that_waits_for_a_response_is_not_late(
    api: Api, connection: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server itself stops reading while two requests wait."""
    find = api.state.responses.find

    async def find_late(*arguments: Any) -> Any:
        await asyncio.sleep(1.5)
        return await find(*arguments)

    monkeypatch.setattr(api.state.responses, "find", find_late)
    slow = HEAD.replace(b"/types", b"/councils/52")
    connection.sendall(slow + b"\r\n" + HEAD + b"\r\n" + HEAD)
    time.sleep(1)
    connection.sendall(b"Connection: close\r\n\r\n")
    assert _everything(connection).count(b"HTTP/1.1 200") == 3


def _send_until_closed(connection: socket.socket, part: bytes) -> int:
    """How many of many bytes the server accepted."""
    sent = 0
    with suppress(ConnectionError):
        while sent < MANY_BYTES:
            sent += connection.send(part)
    return sent


@pytest.mark.parametrize("begin", [b"", b"G", HEAD])
def test_a_head_must_arrive_in_time(connection: socket.socket, begin: bytes) -> None:
    started = time.monotonic()
    connection.sendall(begin)
    assert _everything(connection) == b""
    assert time.monotonic() - started < 5


def test_a_body_must_arrive_in_time(connection: socket.socket) -> None:
    connection.sendall(POST + b"{")
    assert _everything(connection).startswith(b"HTTP/1.1 408")


def test_a_connection_between_requests_may_wait(connection: socket.socket) -> None:
    for _ in range(2):
        connection.sendall(HEAD + b"\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        time.sleep(0.7)


def test_a_download_that_is_not_read_is_cut_off(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The response ends without its last chunk, and its slot is freed."""
    add_large_requests(database)
    monkeypatch.setattr(slow_readers, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(slow_readers, "SLOWEST_BYTES_PER_SECOND", 1_000_000)
    with _connected(api) as connection:
        connection.sendall(b"GET /reports/export/service_requests.csv HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        assert until(lambda: not api.state.streams._open), "the download goes on"
        assert not _everything(connection).endswith(b"0\r\n\r\n")
    assert api.get("/types").status_code == 200


LARGE = b"GET /requests?limit=%d&start_date=2020-01-01&end_date=2020-01-31 HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def many_requests(database: Database) -> int:
    """The number of requests."""
    return add_large_requests(database)


def test_a_large_response_that_is_not_read_is_cut_off(
    api: Api, many_requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_readers, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(slow_readers, "SLOWEST_BYTES_PER_SECOND", 1_000_000)
    with _reading_little(api) as connection:
        connection.sendall(LARGE % (many_requests - 1))
        length = _length_of(connection.recv(1_000))
        _wait_until_nothing_is_sent()
        assert len(_everything(connection)) < length / 2
    assert api.get("/types").status_code == 200


@pytest.mark.slow
def test_a_large_response_that_is_read_steadily_is_complete(
    api: Api, many_requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if all of it takes longer than the limit."""
    monkeypatch.setattr(slow_readers, "PAUSE_SECONDS", 3.0)
    monkeypatch.setattr(slow_readers, "SLOWEST_BYTES_PER_SECOND", 1_000_000)
    monkeypatch.setattr(slow_readers, "CHECK_SECONDS", 0.1)
    with _connected(api) as connection:
        connection.sendall(LARGE % (many_requests - 3))
        head = connection.recv(1_000)
        length = _length_of(head)
        left = length - len(head.partition(b"\r\n\r\n")[2])
        # The kernel takes megabytes at once, and then nothing until its client has taken a third of them.
        while left:
            part = connection.recv(min(left, 65_536))
            assert part, "the response was cut off"
            left -= len(part)
            time.sleep(0.03 if left > length / 4 else 0)
    assert api.get("/types").status_code == 200


def _length_of(head: bytes) -> int:
    """The length of a response's body."""
    assert head.startswith(b"HTTP/1.1 200")
    return int(re.findall(rb"(?i)content-length: ([0-9]+)", head)[0])


def _wait_until_nothing_is_sent() -> None:
    assert until(lambda: not LARGE_BODIES.bytes), "the response is still being sent"


def test_no_further_large_responses_are_made_than_fit(
    api: Api, many_requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_bodies, "MAX_BYTES", 1_000_000)
    with _reading_little(api) as connection:
        connection.sendall(LARGE % (many_requests - 2))
        length = _length_of(connection.recv(1_000))
        assert LARGE_BODIES.bytes == length
        refused = api.get("/requests?limit=3")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        # Responses in memory do not count.
        assert api.get("/types").status_code == 200
    _wait_until_nothing_is_sent()
    assert api.get("/requests?limit=3").status_code == 200
