"""Clients that send a byte at a time, or read nothing: servers must serve or disconnect them."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

MOST = 12
STEP_SECONDS = 0.25
MAX_SECONDS = 60.0
"""Servers abort a head or body that is incomplete after 30 s; the reports wait a little longer."""
KINDS = ("head", "body", "chunks", "reads nothing")
HEAD = b"POST /requests/pins HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def _data(kind: str, chance: Random) -> tuple[bytes, int]:
    """All bytes of a request, and how many are sent at once."""
    long = b"X-Slow: " + b"a" * chance.choice((40, 4_000))
    match kind:
        case "head":
            return b"GET /status/api HTTP/1.1\r\nHost: 127.0.0.1\r\n" + long + b"\r\n\r\n", 20
        case "body":
            return HEAD + b"Content-Length: 400\r\n\r\n{" + b" " * 398 + b"}", len(HEAD) + 30
        case "chunks":
            return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 200 + b"0\r\n\r\n", len(
                HEAD
            ) + 40
    return b"GET /requests?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 60, 100_000


@dataclass
class SlowClient:
    """One connection, and what is left to send on it."""

    kind: str
    connection: socket.socket
    rest: bytes
    started: float = field(default_factory=time.monotonic)
    next_step: float = 0

    def step(self, now: float) -> bool:
        """Send a byte if it is due; returns whether the client continues."""
        if now < self.next_step:
            return True
        self.next_step = now + STEP_SECONDS
        if self.rest:
            try:
                self.connection.send(self.rest[:1])
            except OSError:
                return False
            self.rest = self.rest[1:]
        return not self._is_answered()

    def _is_answered(self) -> bool:
        if self.kind == "reads nothing":
            return False
        with suppress(BlockingIOError):
            try:
                self.connection.recv(65_536)
            except ConnectionError:
                return True
            return True
        return False


class SlowClients:
    """Keeps a few slow clients running; a step takes almost no time."""

    def __init__(self, port: int, chance: Random) -> None:
        self._port, self._chance = port, chance
        self._clients: list[SlowClient] = []
        self._problems: list[str] = []

    def step(self) -> dict[str, int]:
        """Let every client send; returns how many clients were started and served."""
        now = time.monotonic()
        stay = [one for one in self._clients if one.step(now)]
        ended = [one for one in self._clients if one not in stay]
        over = [one for one in stay if now - one.started > MAX_SECONDS]
        for one in over:
            # A client that reads nothing may stay: the server has sent all that fits into buffers.
            if one.kind != "reads nothing":
                self._problems.append(f"a slow client ({one.kind}) was held for {MAX_SECONDS:.0f} s")
        for one in (*ended, *over):
            one.connection.close()
        self._clients = [one for one in stay if one not in over]
        begun = self._begin() if len(self._clients) < MOST else 0
        return {"slow_clients": begun, "slow_clients_served_or_disconnected": len(ended)}

    def _begin(self) -> int:
        kind = self._chance.choice(KINDS)
        data, at_once = _data(kind, self._chance)
        with suppress(OSError):
            connection = socket.create_connection(("127.0.0.1", self._port), timeout=5)
            connection.setblocking(False)
            with suppress(BlockingIOError):
                connection.send(data[:at_once])
            self._clients.append(SlowClient(kind, connection, data[at_once:]))
            return 1
        return 0

    def problems(self) -> list[str]:
        found, self._problems = self._problems, []
        return found

    def close(self) -> None:
        for one in self._clients:
            one.connection.close()
