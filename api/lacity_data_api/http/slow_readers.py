"""No client holds more than its share of the streamed responses, and none a response by reading it slowly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from starlette.types import Message, Scope, Send

from lacity_data_api.errors import TooManyRequestsError

# Of one client, in each worker; the pool has four.
STREAMS_PER_CLIENT = 2
# A part must be taken within the pause and the time that the slowest line needs for it.
SLOWEST_BYTES_PER_SECOND = 5_000
PAUSE_SECONDS = 20.0
PART_BYTES = 262_144


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
    """The body of a message in parts: a server waits for its client only before the next one."""
    body = message.get("body", b"")
    # Views: copies of this size would each get, and return, pages of their own. Only the last part is a copy:
    # there is no limit on the time to take it, and a view would keep the whole body in memory.
    view = memoryview(body)
    starts = range(0, len(body), PART_BYTES) or (0,)
    for start in starts:
        is_last = start == starts[-1]
        part = body[start:] if is_last else view[start : start + PART_BYTES]
        yield {**message, "body": part, "more_body": message.get("more_body", False) or not is_last}


async def send_in_time(send: Send, message: Message) -> None:
    """A client that reads too slowly is treated as one that has left: its response ends without an end."""
    allowed = PAUSE_SECONDS + max(PART_BYTES, len(message["body"])) / SLOWEST_BYTES_PER_SECOND
    try:
        async with asyncio.timeout(allowed):
            await send(message)
    except TimeoutError as error:
        raise ClientLeftError from error
