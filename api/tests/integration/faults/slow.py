"""Clients that hold connections for as long as possible, and visitors who send requests meanwhile."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

HEAD = b"GET /types HTTP/1.1\r\nHost: slow\r\n"
DOWNLOAD = b"GET %s HTTP/1.1\r\nHost: slow\r\n\r\n"
EXPORT = DOWNLOAD % b"/reports/export/service_requests.csv"
BEGINNINGS = {
    "slow head": HEAD + b"X-Slow: ",
    "slow body": b"POST /requests/pins HTTP/1.1\r\nHost: slow\r\nContent-Length: 99999\r\n\r\n{",
    "slow download": DOWNLOAD % b"/requests?limit=20000&start_date=2020-01-01&end_date=2020-01-31",
    "slow export": EXPORT,
    "idle": HEAD + b"\r\n",
}
STEP_SECONDS = 0.2


@asynccontextmanager
async def slow_clients(port: int, kind: str, number: int) -> AsyncIterator[None]:
    """Clients, each at its own address, that send or read a few bytes now and then until the block ends."""
    sockets = [_connected(port, f"127.0.1.{1 + one}") for one in range(number)]
    for one in sockets:
        one.sendall(BEGINNINGS[kind])
        one.setblocking(False)
    going_on = asyncio.create_task(_go_on(sockets, is_reading="head" not in kind and "body" not in kind))
    # By then, the requests themselves have been processed.
    await asyncio.sleep(1.5)
    try:
        yield
    finally:
        going_on.cancel()
        for one in sockets:
            one.close()


def _connected(port: int, address: str) -> socket.socket:
    connection = socket.socket()
    # Otherwise the kernel buffers the whole download for its client.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((address, 0))
    connection.settimeout(5)
    connection.connect(("127.0.0.1", port))
    return connection


async def _go_on(sockets: list[socket.socket], *, is_reading: bool) -> None:
    while True:
        await asyncio.sleep(STEP_SECONDS)
        for one in sockets:
            with suppress(OSError):
                if is_reading:
                    one.recv(100)
                else:
                    one.send(b"x")


async def visit(url: str, paths: list[str], times: int) -> None:
    """Request the paths, each on a connection of its own; each must respond with 200 in time."""
    for path in paths * times:
        async with httpx.AsyncClient(base_url=url, timeout=20, verify=False) as client:  # noqa: S501  no TLS
            assert (await client.get(path)).status_code == 200
