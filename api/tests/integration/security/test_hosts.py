"""A request has exactly one Host header, which never appears in a redirect."""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.support.serving import Api

# Closing a socket with this option resets the connection instead of ending it.
AT_ONCE = struct.pack("ii", 1, 0)


@contextmanager
def _connected(api: Api) -> Iterator[socket.socket]:
    parts = urlsplit(api.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        yield connection


def _status(api: Api, request: bytes) -> int:
    with _connected(api) as connection:
        connection.sendall(request)
        return int(connection.recv(100).split()[1])


@pytest.mark.parametrize("path", [b"/types", b"/requests?limit=1"])
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1\r\nHost: a\r\n", 200),
        (b"HTTP/1.1\r\n", 400),
        (b"HTTP/1.1\r\nHost: a\r\nhost: b\r\n", 400),
        (b"HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        (b"HTTP/1.0\r\n", 200),
        (b"HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
    ],
)
def test_a_request_has_one_host(api: Api, path: bytes, head: bytes, status: int) -> None:
    """Even if the response is in memory."""
    api.client.get(path.decode())
    assert _status(api, b"GET " + path + b" " + head + b"\r\n") == status


def test_a_redirect_goes_to_a_path(api: Api) -> None:
    response = api.client.get("/requests/", headers={"Host": "evil.example"})
    assert (response.status_code, response.headers["location"]) == (307, "/requests")


def test_clients_that_reset_their_connection_leave_no_traceback(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither while a query runs nor while further requests wait behind it."""
    one = b"GET /requests?limit=1&skip=%d HTTP/1.1\r\nHost: a\r\n\r\n"
    with caplog.at_level(logging.WARNING):
        for number in range(60):
            with _connected(api) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                connection.sendall(b"".join(one % (number * 20 + each) for each in range(number % 20 + 1)))
                time.sleep(0.001 * (number % 7))
        time.sleep(0.5)
        assert api.get("/types").status_code == 200
    assert [record.getMessage() for record in caplog.records] == []
