"""One connection: read and written by the loop; only a complete request is passed to a thread."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import WSGITask

from serving.clients import network_of

if TYPE_CHECKING:
    from serving.server import BoundedServer

HEALTH = "/health"
SLOW_REQUEST, SLOW_DOWNLOAD, IDLE, CROWDED = "slow request", "slow download", "idle", "crowded"


class BoundedParser(HTTPRequestParser):
    """Limits the number of headers, and requires the ASCII target and the Host header of RFC 9112 3.2."""

    def parse_header(self, header_plus: bytes) -> None:
        lines = header_plus.split(b"\n")[1:]
        if len(lines) > self.adj.bounds.headers:
            raise ParsingError("Too many headers")
        # Waitress lets other bytes pass in a target that begins with two slashes.
        if not header_plus.partition(b"\n")[0].isascii():
            raise ParsingError("Bad URI")
        try:
            super().parse_header(header_plus)
        except ValueError:
            # The host of the target has an unmatched bracket, or Content-Length has thousands of digits.
            raise ParsingError("Bad URI or Content-Length") from None
        hosts = sum(line[:5].lower() == b"host:" for line in lines)
        # HTTP/1.0 does not require one.
        if hosts > 1 or (not hosts and self.version != "1.0"):
            raise ParsingError("One Host header is needed")


class ForwardedTask(WSGITask):
    """Uses the client and scheme from the headers of a trusted proxy."""

    def get_environment(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_environment()
        channel: BoundedChannel = self.channel
        peer, headers = channel.addr[0], self.request.headers
        found["REMOTE_ADDR"] = channel.client
        found["wsgi.url_scheme"] = channel.server.proxies.scheme(peer, headers)
        return found


class BoundedChannel(HTTPChannel):
    """Tracks how long it has waited for its client, and how fast the client reads the response."""

    parser_class = BoundedParser
    task_class = ForwardedTask
    server: BoundedServer

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._began: float | None = time.monotonic()
        self._idle_since = self._began
        self._taken = 0
        self._window: tuple[float, int] | None = None
        self.last_client = ""
        """The network of the client for which responses are buffered."""
        self.peer = network_of(self.addr[0])

    @property
    def network(self) -> str:
        """The network of the client, for limits."""
        return network_of(self.client)

    @property
    def client(self) -> str:
        """The address of the client of the request that is currently served."""
        headers = self.requests[0].headers if self.requests else {}
        return self.server.proxies.client(self.addr[0], headers)

    @property
    def is_health(self) -> bool:
        """Whether a health check is served next; requests that cannot be parsed have no path."""
        return getattr(self.requests[0], "path", "") == HEALTH

    @property
    def waits_since(self) -> float | None:
        """When the connection began to wait for its client only; None while a request is served."""
        if self.requests or self.total_outbufs_len:
            return None
        return self._began or self._idle_since

    def received(self, data: bytes) -> bool:
        before = self.request
        is_accepted: bool = super().received(data)
        if self.request is None:
            self._began, self._idle_since = None, time.monotonic()
        elif self.request is not before and (before is not None or self._began is None):
            self._began = time.monotonic()
        return is_accepted

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close)
        self._taken += sent
        return sent

    def service(self) -> None:
        """Send the response to one request; runs in a thread."""
        client, is_health = self.network, self.is_health
        try:
            super().service()
        finally:
            self._idle_since = time.monotonic()
            self.last_client = client
            if not is_health:
                self.server.served(client, self.total_outbufs_len)

    def overdue(self, now: float) -> str:
        """Why this connection must be closed now; empty if it need not be."""
        limits = self.server.limits
        if self.total_outbufs_len:
            return SLOW_DOWNLOAD if self._is_slow(now) else ""
        self._window = None
        if self.requests:
            return ""
        if self._began is not None:
            return SLOW_REQUEST if now - self._began > limits.request_seconds else ""
        return IDLE if now - self._idle_since > limits.idle_seconds else ""

    def _is_slow(self, now: float) -> bool:
        limits = self.server.limits
        if self._window is None:
            self._window = (now, self._taken)
        since, taken = self._window
        if now - since < limits.download_seconds:
            return False
        self._window = (now, self._taken)
        return self._taken - taken < limits.download_seconds * limits.download_bytes_per_second
