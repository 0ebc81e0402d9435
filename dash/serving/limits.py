"""Limits for a connection and for a client."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of one worker. Times in seconds."""

    request_seconds: float = 30.0
    """From the first byte of a request, or the start of the connection, to the end of the request body."""
    idle_seconds: float = 130.0
    """Between requests. Our load balancer closes after 120 seconds; it must be the first to do so."""
    download_seconds: float = 60.0
    """In each such period a client must read download_bytes_per_second on average, or it is cut off."""
    download_bytes_per_second: float = 5_000.0
    head_bytes: int = 65_536
    headers: int = 100
    body_bytes: int = 1_000_000
    connections: int = 1_000
    """At this limit a new connection replaces the one that has waited longest."""
    connections_per_client: int = 100
    """The same for the connections of one client; a trusted proxy, which represents many, is exempt."""
    socket_bytes: int = 131_072
    """Bytes of a response in the kernel's buffer, which count as read."""
    response_bytes: int = 8_000_000
    """Bytes of a response that may be buffered for the client without occupying a thread."""
    memory_bytes: int = 262_144
    """Bytes of a response or a body in memory; the rest is in a file under /tmp."""
    buffered_bytes_per_client: int = 16_000_000
    """At this limit a client's next requests wait until it has read its pending responses."""
    buffered_bytes: int = 100_000_000
    """Pending bytes of all clients; at this limit the connections with the most pending bytes are closed."""
