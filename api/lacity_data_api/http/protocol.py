"""uvicorn's HTTP protocol with limits on the head of a request; its parser limits only the URL."""

from __future__ import annotations

import asyncio
from array import array
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import httptools
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from lacity_data_api.http.replayer import Replayer
from lacity_data_api.http.slow_readers import CONNECTION

# A browser's cookies and tokens take a few kB; the cost of joining headers is quadratic in their size.
MAX_HEAD_BYTES = 131_072
HEAD_SECONDS = 30.0
INVALID = "Invalid HTTP request received."
# Key of the replayer in the state that the app passes to the server when it starts.
REPLAYER = "replayer"


class NoUpgrades(httptools.HttpRequestParser):
    """Ignores offers of another protocol, as a server may (RFC 9110, 7.8), and parses the bytes that follow.

    The base class leaves that to the protocol, but uvicorn drops the bytes: the client would wait in vain.
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
    """Closes a connection if the head of its next request is too large or takes too long to arrive."""

    # Of the head; after it, since the last bytes of the body: sizes of chunks, and trailers.
    _framing_bytes = 0
    _is_in_head = False
    _idle_since = 0.0
    _timer: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser = NoUpgrades(self)
        # uvicorn sets this as well, if the parser supports it.
        with suppress(AttributeError):
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._cycles: WeakSet[RequestResponseCycle] = WeakSet()
        super().connection_made(transport)
        self._replayer: Replayer | None = self.app_state.get(REPLAYER)
        self._is_behind_proxy = self.client is not None and self._is_trusted(self.client[0])
        self._limit_head()

    def _is_trusted(self, host: str) -> bool:
        """Whether uvicorn trusts this host to name the client that it forwards for."""
        return isinstance(self.app, ProxyHeadersMiddleware) and host in self.app.trusted_hosts

    def connection_lost(self, exc: Exception | None) -> None:
        """Notify every request of the connection that its client has left; uvicorn notifies only the last."""
        self._end_head()
        self.pipeline.clear()
        for cycle in self._cycles:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._framing_bytes += len(data)
        # One read may contain a head and the body after it; only a second proves that the head continues.
        if self._framing_bytes - len(data) > MAX_HEAD_BYTES:
            self._refuse_framing()
            return
        if not self.transport.is_closing():
            self._parse(data)
        if self._is_in_head and self._timer is None:
            self._limit_head()

    def _refuse_framing(self) -> None:
        if self._is_in_head:
            self._end_head()
            self.send_400_response("The head of the request is too large.")
        else:
            self.transport.close()

    def _parse(self, data: bytes) -> None:
        """Like uvicorn, but the timer of an idle connection keeps running: most requests end in this call."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.logger.warning(INVALID)
            self.send_400_response(INVALID)

    def on_message_begin(self) -> None:
        """A head that arrives in one read needs no timer."""
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: self.transport}  # type: ignore[dict-item]
        self._end_head()
        self._is_in_head = True

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = 0
        if self.cycle is not None:
            super().on_body(body)

    def on_headers_complete(self) -> None:
        self._end_head()
        if self._replayer is not None and self._is_next() and self._replays(self._replayer):
            self._end_replay()
        else:
            self._unset_keepalive_if_required()
            super().on_headers_complete()
            self._cycles.add(self.cycle)
        # For the trailers, which must not add to what the head says (RFC 9110 6.5.1).
        self.headers = []

    def _end_replay(self) -> None:
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._await_next(self.timeout_keep_alive)

    def on_response_complete(self) -> None:
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless a request began or was replayed since the timer was set."""
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0 or self._is_in_head:
            self._await_next(max(left, 1.0))
        else:
            super().timeout_keep_alive_handler()

    def _await_next(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def on_message_complete(self) -> None:
        """A replayed request has no cycle; the cycle of an earlier request on its connection is complete."""
        if self.cycle is not None:
            super().on_message_complete()

    def _is_next(self) -> bool:
        """Whether a response can be written now: the previous one has been sent and read by its client."""
        # uvicorn's type hint does not say that there is no cycle before the first request.
        is_free = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]
        return is_free and not self.flow.write_paused and not self.transport.is_closing()

    def _replays(self, replayer: Replayer) -> bool:
        parser = self.parser
        is_plain = (
            parser.get_method() == b"GET"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
        )
        if not is_plain or (self._is_behind_proxy and self._names_client()):
            return False
        client = self.client[0] if self.client else ""
        return replayer.respond(
            self.url, self.headers, client, self.server_state.default_headers, self.transport
        )

    def _names_client(self) -> bool:
        return any(name == b"x-forwarded-for" for name, _ in self.headers)

    def _limit_head(self) -> None:
        self._is_in_head = True
        self._timer = self.loop.call_later(HEAD_SECONDS, self._close_late_head)

    def _close_late_head(self) -> None:
        """Close the connection, unless the head waits for the response to the request before it."""
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]
            self._limit_head()
        else:
            self.transport.close()

    def _end_head(self) -> None:
        self._is_in_head, self._framing_bytes = False, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
