"""A gunicorn worker: gunicorn starts, monitors and stops the process; the loop in here serves requests."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any, ClassVar

from gunicorn.workers.base import Worker

from serving.allocator import share_heaps
from serving.clients import Proxies
from serving.limits import Limits
from serving.server import BoundedServer, turn

LINGER_SECONDS = 2.0
"""Grace period of a stopping worker for idle connections, whose clients may be sending a request."""
LOOP_SECONDS = 1.0


class BufferingWorker(Worker):
    """Reads requests and writes responses in one loop, and runs the application in threads."""

    _watched: ClassVar[dict[int, Any]] = {}
    _servers: Sequence[BoundedServer] = ()

    def run(self) -> None:
        share_heaps()
        proxies, limits = Proxies(self.cfg.forwarded_allow_ips), Limits(idle_seconds=self.cfg.keepalive)
        self._servers = [
            BoundedServer(self.wsgi, listener.sock, self.cfg.threads, proxies, limits, self._watched)
            for listener in self.sockets
        ]
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._stop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM, stop without waiting for the current turn of the loop to end."""
        super().handle_exit(sig, frame)
        for server in self._servers:
            server.pull_trigger()

    def _turn(self) -> None:
        self.notify()
        turn(self._servers, self._watched, LOOP_SECONDS)

    def _stop(self) -> None:
        """Let responses in progress finish, for as long as gunicorn allows."""
        begin = time.monotonic()
        for server in self._servers:
            server.accepting = False
        while time.monotonic() < begin + self.cfg.graceful_timeout:
            if time.monotonic() > begin + LINGER_SECONDS:
                for server in self._servers:
                    server.close_waiting()
            if not any(server.active_channels for server in self._servers):
                break
            self._turn()
