"""uvicorn's HTTP protocol with limits on the head of a request, of which the parser bounds only the URL."""

from __future__ import annotations

import asyncio
from array import array
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

# Cookies and tokens of a browser have a few kB; joining headers costs the square of their size.
MOST_HEAD_BYTES = 131_072
HEAD_SECONDS = 30.0


class NoUpgrades(httptools.HttpRequestParser):
    """Ignores offers of another protocol, as a server may (RFC 9110, 7.8): what follows is the next request.

    The original leaves it to the protocol to go on, and uvicorn drops it instead: its client waits in vain.
    """

    def feed_data(self, data: bytes | bytearray | memoryview[int] | array[int]) -> None:
        rest = memoryview(data)
        while rest:
            try:
                super().feed_data(rest)
            except httptools.HttpParserUpgrade as offer:
                rest = rest[offer.args[0] :]
            else:
                return


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection whose next request has too large a head, or one that takes too long to arrive."""

    _head_bytes = 0
    _is_in_head = False
    _timer: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser = NoUpgrades(self)
        # As uvicorn sets it, where the parser knows it.
        with suppress(AttributeError):
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._cycles: WeakSet[RequestResponseCycle] = WeakSet()
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Uvicorn tells only the newest request of the connection that its client has left."""
        self._end_head()
        self.pipeline.clear()
        for cycle in self._cycles:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_bytes += len(data)
            # One read may hold a head and the body after it; only a second one proves that the head goes on.
            if self._head_bytes - len(data) > MOST_HEAD_BYTES:
                self._end_head()
                self.send_400_response("The head of the request is too large.")
                return
        if not self.transport.is_closing():
            super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()
        self._cycles.add(self.cycle)

    def _begin_head(self) -> None:
        self._end_head()
        self._is_in_head = True
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_head(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
