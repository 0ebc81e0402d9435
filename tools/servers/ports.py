"""TCP ports on the loopback interface."""

from __future__ import annotations

import random
import socket

from tools.problem import Problem

# Below the kernel's range of ephemeral ports.
PRIVATE_PORTS = range(20_000, 30_000)
HOST = "127.0.0.1"


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port without a listener; another program may still take it before the server starts."""
    for _ in range(200):
        port = random.choice(PRIVATE_PORTS)  # noqa: S311
        if is_free(port):
            return port
    raise Problem(f"no free port between {PRIVATE_PORTS.start} and {PRIVATE_PORTS.stop} on {HOST}.")
