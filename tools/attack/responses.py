"""Reads HTTP/1.1 responses from a raw connection; several may be in flight."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field

CHUNK_BYTES = 65_536
WITHOUT_BODY = {204, 304}


class BrokenResponseError(Exception):
    """The received data is not a valid HTTP response."""


class NoResponseError(Exception):
    """No further data arrived. ``is_closed``: the server closed the connection; else the read timed out."""

    def __init__(self, *, is_closed: bool) -> None:
        super().__init__("closed" if is_closed else "silent")
        self.is_closed = is_closed


@dataclass(frozen=True)
class RawResponse:
    """A response as received; header names are lowercase, and the last of repeated headers wins."""

    status: int
    head: bytes
    body: bytes
    headers: dict[bytes, bytes]

    @property
    def closes(self) -> bool:
        return self.headers.get(b"connection", b"").lower() == b"close"


@dataclass
class Connection:
    """The client side of a connection. ``timeout_seconds``: how long a response may take."""

    port: int
    timeout_seconds: float
    _socket: socket.socket = field(init=False)
    _buffer: bytes = b""

    def __post_init__(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout_seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """Send the data; if the server has closed the connection, the next read reports it."""
        try:
            self._socket.settimeout(self.timeout_seconds)
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return
        except TimeoutError as error:
            raise NoResponseError(is_closed=False) from error

    def finish_sending(self) -> None:
        """Shut down the sending side; responses may still arrive."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def read(self, *, is_head: bool = False) -> RawResponse:
        """The next final response. Raises NoResponseError and BrokenResponseError."""
        deadline = time.monotonic() + self.timeout_seconds
        while True:
            response = self._read_one(deadline, is_head=is_head)
            if response.status >= 200:
                return response

    def _read_one(self, deadline: float, *, is_head: bool) -> RawResponse:
        head = self._until(b"\r\n\r\n", deadline)
        status_line, *lines = head.split(b"\r\n")
        parts = status_line.split(b" ", 2)
        if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
            raise BrokenResponseError(head[:200])
        headers = {}
        for line in lines:
            name, colon, value = line.partition(b":")
            if not colon or name.strip() != name:
                raise BrokenResponseError(line[:200])
            headers[name.lower()] = value.strip()
        status = int(parts[1])
        is_empty = is_head or status < 200 or status in WITHOUT_BODY
        body = b"" if is_empty else self._body(headers, deadline)
        return RawResponse(status, head, body, headers)

    def _body(self, headers: dict[bytes, bytes], deadline: float) -> bytes:
        if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            return self._chunks(deadline)
        if b"content-length" in headers:
            return self._exactly(int(headers[b"content-length"]), deadline)
        return self._rest(deadline)

    def _chunks(self, deadline: float) -> bytes:
        parts: list[bytes] = []
        while size := int(self._until(b"\r\n", deadline).split(b";")[0], 16):
            parts.append(self._exactly(size, deadline))
            self._until(b"\r\n", deadline)
        while self._until(b"\r\n", deadline):
            pass
        return b"".join(parts)

    def _until(self, mark: bytes, deadline: float) -> bytes:
        while (at := self._buffer.find(mark)) < 0:
            self._receive(deadline)
        found, self._buffer = self._buffer[:at], self._buffer[at + len(mark) :]
        return found

    def _exactly(self, size: int, deadline: float) -> bytes:
        parts, missing = [self._buffer], size - len(self._buffer)
        while missing > 0:
            self._buffer = b""
            self._receive(deadline)
            parts.append(self._buffer)
            missing -= len(self._buffer)
        whole = b"".join(parts)
        self._buffer = whole[size:]
        return whole[:size]

    def _rest(self, deadline: float) -> bytes:
        try:
            while True:
                self._receive(deadline)
        except NoResponseError as error:
            if not error.is_closed:
                raise
        whole, self._buffer = self._buffer, b""
        return whole

    def _receive(self, deadline: float) -> None:
        self._socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self._socket.recv(CHUNK_BYTES)
        except TimeoutError as error:
            raise NoResponseError(is_closed=False) from error
        except OSError as error:
            raise NoResponseError(is_closed=True) from error
        if not data:
            raise NoResponseError(is_closed=True)
        self._buffer += data

    def close(self) -> None:
        self._socket.close()
