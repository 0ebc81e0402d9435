"""No client holds more than its share of the streamed responses, and none a response by reading it slowly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Protocol

from starlette.types import Message, Scope, Send

from lacity_data_api.errors import TooManyRequestsError

# Of one client, in each worker; the pool has four.
STREAMS_PER_CLIENT = 2
# A part must be taken within the pause and the time that the slowest line needs for it.
SLOWEST_BYTES_PER_SECOND = 5_000
PAUSE_SECONDS = 20.0
PART_BYTES = 262_144
LOOK_SECONDS = 1.0
# A server that holds no more than this for its client does not wait for it.
LITTLE_BYTES = 16_384
CONNECTION = "connection"
"""Its key in the extensions of a scope."""


class Connection(Protocol):
    """What is known of a client's connection."""

    def get_write_buffer_size(self) -> int:
        """Bytes that the client has not taken yet."""

    def abort(self) -> None:
        """Close it without waiting for the client."""


class UnknownConnection:
    """Of another protocol than ours. Its client has the time of one part to take what was sent before."""

    def get_write_buffer_size(self) -> int:
        return PART_BYTES

    def abort(self) -> None:
        """Left to its server."""


UNKNOWN_CONNECTION = UnknownConnection()


class ClientLeftError(asyncio.CancelledError):
    """The connection is closed, or has to be: the work ends as if it was cancelled when the client left."""


class TooManyStreamsError(TooManyRequestsError):
    detail = "Too many downloads at once; wait until one has ended"
    headers: ClassVar = {"Retry-After": "60"}


class ClientStreams:
    """The streamed responses in progress by client."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, scope: Scope) -> Iterator[None]:
        """Raises TooManyStreamsError if this client has its share."""
        client = (scope["client"] or ("",))[0]
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
    """The body of a message, and its end by itself: a server waits for its client before the next part."""
    body = message.get("body", b"")
    if len(body) <= PART_BYTES:
        yield message
        return
    # A view, because a copy of this size would get, and return, pages of its own. The last part is a copy:
    # there is no limit on the time to take it, and a view would keep the whole body in memory.
    yield {**message, "body": memoryview(body)[:-PART_BYTES], "more_body": True}
    yield {**message, "body": body[-PART_BYTES:]}


async def send_in_time(send: Send, message: Message, connection: Connection) -> None:
    """A client that reads too slowly is treated as one that has left: its response ends without an end."""
    if connection.get_write_buffer_size() <= LITTLE_BYTES:
        await send(message)
        return
    try:
        async with asyncio.timeout(_allowed_seconds()) as limit:
            with _Progress(connection, limit):
                await send(message)
    except TimeoutError as error:
        # A connection that is closed would still hold what its client does not take.
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
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        left_bytes = self._connection.get_write_buffer_size()
        if self._left_bytes - left_bytes >= PART_BYTES:
            self._left_bytes = left_bytes
            self._limit.reschedule(asyncio.get_running_loop().time() + _allowed_seconds())
        self._look_later()
