"""What one connection and one client may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of one worker. Times in seconds."""

    request_seconds: float = 30.0
    """From the first byte of a request, or from the connection, to the end of its body."""
    idle_seconds: float = 130.0
    """Between requests. Our load balancer closes after 120 seconds; it must be the first to do so."""
    download_seconds: float = 60.0
    """In each such period a client must take download_bytes_per_second on average, or it is cut off."""
    download_bytes_per_second: float = 5_000.0
    head_bytes: int = 65_536
    headers: int = 100
    body_bytes: int = 1_000_000
    connections: int = 1_000
    """From then on a new connection takes the place of the one that has waited longest."""
    connections_per_client: int = 100
    """The same among the connections of one client; a trusted proxy, which stands for many, is exempt."""
    socket_bytes: int = 131_072
    """Of a response, in the kernel: what lies there counts as taken."""
    response_bytes: int = 8_000_000
    """Of a response, that may wait for its client without holding a thread."""
    memory_bytes: int = 262_144
    """Of a response or a body, in memory; the rest is in a file under /tmp."""
    buffered_bytes_per_client: int = 16_000_000
    """From then on its next requests wait until it has taken what it asked for."""
    buffered_bytes: int = 100_000_000
    """Of all clients; from then on the largest are cut off."""
