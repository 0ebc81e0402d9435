"""Clients that hold connections for as long as possible, and visitors who send requests meanwhile."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

BIG = "/_dash-component-suites/plotly/package_data/plotly.min.js"
HEAD = b"GET /health HTTP/1.1\r\nHost: slow\r\n"
BEGINNINGS = {
    "slow head": HEAD + b"X-Slow: ",
    "slow body": b"POST /_dash-update-component HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100000\r\n\r\n",
    "slow download": f"GET {BIG} HTTP/1.1\r\nHost: slow\r\n\r\n".encode(),
    "idle": HEAD + b"\r\n",
}
STEP_SECONDS = 0.2


@contextmanager
def slow_clients(url: str, kind: str, number: int) -> Iterator[None]:
    """Clients, each at its own address, that send or read a few bytes now and then until the block ends."""
    with ExitStack() as stack:
        connections = [stack.enter_context(_begun(url, kind, f"127.0.1.{1 + one}")) for one in range(number)]
        over = threading.Event()
        going_on = threading.Thread(target=_go_on, args=(connections, kind, over))
        going_on.start()
        try:
            yield
        finally:
            over.set()
            going_on.join()


def _begun(url: str, kind: str, address: str) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.socket()
    # Otherwise the kernel buffers the whole download for its client.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((address, 0))
    connection.settimeout(10)
    connection.connect((parts.hostname or "", parts.port or 80))
    connection.sendall(BEGINNINGS[kind])
    if kind in {"slow download", "idle"}:
        # By now, the request itself has been processed.
        connection.recv(100)
    return connection


def _go_on(connections: list[socket.socket], kind: str, over: threading.Event) -> None:
    while not over.wait(STEP_SECONDS):
        for connection in connections:
            with suppress(OSError):
                _step(connection, kind)


def _step(connection: socket.socket, kind: str) -> None:
    if kind in {"slow head", "slow body"}:
        connection.sendall(b"x")
    elif kind == "slow download" and _is_readable(connection):
        connection.recv(100)


def _is_readable(connection: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(0))


def visit(url: str, path: str) -> None:
    """Request the path on a connection of its own; it must respond with 200 in time."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=20)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        assert response.status == 200
