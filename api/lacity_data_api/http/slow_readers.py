"""Limits the streamed responses of each client, and the time that a slow client can hold any response."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Protocol

from starlette.types import Message, Scope, Send

from lacity_data_api.errors import TooManyRequestsError
from lacity_data_api.http.networks import network_of

# Per client, in each worker; the pool allows four in total by default.
STREAMS_PER_CLIENT = 2
# A client must read a part within the pause plus the time that the slowest line needs for the part.
SLOWEST_BYTES_PER_SECOND = 5_000
PAUSE_SECONDS = 20.0
PART_BYTES = 262_144
CHECK_SECONDS = 1.0
# With no more than this in the write buffer, the server does not wait for the client.
NO_WAIT_BYTES = 16_384
CONNECTION = "connection"
"""Key of the connection in the extensions of a scope."""


class Connection(Protocol):
    """The operations of a client's connection that these limits need."""

    def get_write_buffer_size(self) -> int:
        """Bytes that the client has not read yet."""

    def abort(self) -> None:
        """Close the connection without waiting for the client."""


class UnknownConnection:
    """A connection of another server's protocol: its client has the time of one part to read earlier data."""

    def get_write_buffer_size(self) -> int:
        return PART_BYTES

    def abort(self) -> None:
        """Does nothing: closing the connection is left to its server."""


UNKNOWN_CONNECTION = UnknownConnection()


class ClientLeftError(asyncio.CancelledError):
    """The connection is closed or must be closed: the work ends as if canceled when the client left."""


class TooManyStreamsError(TooManyRequestsError):
    detail = "Too many downloads at once; wait until one has ended"
    headers: ClassVar = {"Retry-After": "60"}


class ClientStreams:
    """Counts the streamed responses in progress by client."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, scope: Scope) -> Iterator[None]:
        """Count a stream while the block runs; raises TooManyStreamsError if its client has too many."""
        client = network_of((scope["client"] or ("",))[0])
        if self._open[client] >= STREAMS_PER_CLIENT:
            raise TooManyStreamsError
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


def parts_of(message: Message) -> Iterator[Message]:
    """Split a large message into two parts: a server waits for its client before the second part."""
    body = message.get("body", b"")
    if len(body) <= PART_BYTES:
        yield message
        return
    # A view, because a copy of this size would allocate and free its own pages. The last part is a copy:
    # there is no limit on the time to read it, and a view would keep the whole body in memory.
    yield {**message, "body": memoryview(body)[:-PART_BYTES], "more_body": True}
    yield {**message, "body": body[-PART_BYTES:]}


async def send_in_time(send: Send, message: Message, connection: Connection) -> None:
    """Send a message; a client that reads too slowly is treated as one that has left, and cut off."""
    if connection.get_write_buffer_size() <= NO_WAIT_BYTES:
        await send(message)
        return
    try:
        async with asyncio.timeout(_allowed_seconds()) as limit:
            with _Progress(connection, limit):
                await send(message)
    except TimeoutError as error:
        # A connection closed normally would still hold the bytes that its client does not read.
        connection.abort()
        raise ClientLeftError from error


def _allowed_seconds() -> float:
    return PAUSE_SECONDS + PART_BYTES / SLOWEST_BYTES_PER_SECOND


class _Progress:
    """Extends a time limit whenever the client has taken another part."""

    def __init__(self, connection: Connection, limit: asyncio.Timeout) -> None:
        self._connection = connection
        self._limit = limit
        self._left_bytes = connection.get_write_buffer_size()

    def __enter__(self) -> None:
        self._look_later()

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()

    def _look_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(CHECK_SECONDS, self._check_progress)

    def _check_progress(self) -> None:
        left_bytes = self._connection.get_write_buffer_size()
        if self._left_bytes - left_bytes >= PART_BYTES:
            self._left_bytes = left_bytes
            self._limit.reschedule(asyncio.get_running_loop().time() + _allowed_seconds())
        self._look_later()
