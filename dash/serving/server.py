"""The loop's side of one listening socket: accepts connections, closes overdue ones, queues requests."""

from __future__ import annotations

import logging
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import prometheus_client
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from serving.channel import CROWDED, BoundedChannel
from serving.clients import Proxies
from serving.limits import Limits
from serving.queue import FairQueue

LIMITS_SECONDS = 1.0
"""Time between two checks of the limits of all connections."""
SPARE_THREADS = 2
"""Threads that a single client cannot occupy."""
CLOSED = prometheus_client.Counter(
    "reports_closed_connections_total", "Connections closed for a limit, by reason.", ["reason"]
)

# Waitress logs a warning for every request that has to wait.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class BoundedServer(TcpWSGIServer):
    channel_class = BoundedChannel

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        listener: socket.socket,
        threads: int,
        proxies: Proxies,
        limits: Limits,
        sockets: dict[int, Any],
    ) -> None:
        """``sockets`` is the loop's map of watched sockets."""
        self.limits, self.proxies = limits, proxies
        self._queue = FairQueue(max(1, threads - SPARE_THREADS), limits.buffered_bytes_per_client)
        self._health = _dispatcher(1)
        self._accepted: deque[BoundedChannel] = deque()
        self._looked_at = 0.0
        dispatcher = _dispatcher(threads)
        dispatcher.queue = self._queue
        super().__init__(
            application,
            map=sockets,
            _sock=listener,
            dispatcher=dispatcher,
            adj=_adjustments(limits),
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def set_socket_options(self, conn: socket.socket) -> None:
        super().set_socket_options(conn)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.limits.socket_bytes)

    def handle_accept(self) -> None:
        before = len(self.active_channels)
        super().handle_accept()
        if len(self.active_channels) > before:
            self._accepted.append(next(reversed(self.active_channels.values())))

    def _make_room(self, newest: BoundedChannel) -> None:
        everyone = list(self.active_channels.values())
        if not self.proxies.is_trusted(newest.addr[0]):
            own = [channel for channel in everyone if channel.peer == newest.peer]
            if len(own) > self.limits.connections_per_client:
                self._close(_longest_waiting(own) or newest, CROWDED)
                return
        if len(everyone) > self.limits.connections:
            self._close(_longest_waiting(everyone) or newest, CROWDED)

    def add_task(self, task: BoundedChannel) -> None:
        """Queue the complete request of a connection. Health checks have a thread of their own."""
        dispatcher = self._health if task.is_health else self.task_dispatcher
        dispatcher.add_task(task)

    def served(self, client: str, buffered: int) -> None:
        """Called when a thread has finished a request of the client."""
        with self.task_dispatcher.lock:
            self._queue.served(client, buffered)

    def maintenance(self, _now: float) -> None:
        """Do nothing: waitress calls this in the middle of a turn; ``turn`` enforces the limits before it."""

    def keep_limits(self) -> None:
        """Close connections that exceed a limit; waitress itself first reads the rest, or never does."""
        while self._accepted:
            self._make_room(self._accepted.popleft())
        now = time.monotonic()
        if now - self._looked_at < LIMITS_SECONDS:
            return
        self._looked_at = now
        for channel in list(self.active_channels.values()):
            if reason := channel.overdue(now):
                self._close(channel, reason)
        self._bound_buffers()

    def _bound_buffers(self) -> None:
        channels = sorted(self.active_channels.values(), key=lambda one: one.total_outbufs_len)
        while channels and sum(one.total_outbufs_len for one in channels) > self.limits.buffered_bytes:
            self._close(channels.pop(), CROWDED)
        buffered: Counter[str] = Counter()
        for channel in channels:
            buffered[channel.last_client] += channel.total_outbufs_len
        with self.task_dispatcher.lock:
            self._queue.buffered = buffered
            self.task_dispatcher.queue_cv.notify_all()

    def close_waiting(self) -> None:
        """Close connections without a response in progress."""
        for channel in list(self.active_channels.values()):
            if channel.waits_since is not None:
                channel.handle_close()

    def _close(self, channel: BoundedChannel, reason: str) -> None:
        CLOSED.labels(reason).inc()
        channel.handle_close()


def turn(servers: Sequence[BoundedServer], sockets: dict[int, Any], seconds: float) -> None:
    """Close connections, then handle what the others have received, waiting for at most these seconds.

    Never the other way round: a new connection gets the number of a socket that was closed meanwhile, and
    with it the event that the old one is gone.
    """
    for server in servers:
        server.keep_limits()
    wasyncore.loop(seconds, use_poll=True, map=sockets, count=1)


def _longest_waiting(channels: Iterable[BoundedChannel]) -> BoundedChannel | None:
    waiting = [(channel.waits_since, channel) for channel in channels if channel.waits_since is not None]
    return min(waiting, key=lambda one: one[0])[1] if waiting else None


def _dispatcher(threads: int) -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    return dispatcher


def _adjustments(limits: Limits) -> Adjustments:
    settings: dict[str, Any] = {
        "ident": None,
        # We close connections instead of no longer accepting them.
        "connection_limit": limits.connections * 2,
        "max_request_header_size": limits.head_bytes,
        "max_request_body_size": limits.body_bytes,
        "inbuf_overflow": limits.memory_bytes,
        "outbuf_overflow": limits.memory_bytes,
        "outbuf_high_watermark": limits.response_bytes,
        "clear_untrusted_proxy_headers": False,
        "log_socket_errors": False,
    }
    adjustments = Adjustments(**settings)
    adjustments.bounds = limits  # the parser has access to nothing else
    return adjustments
