"""Responses onto the socket, with the faults of the wire."""

from __future__ import annotations

import socket
import sqlite3
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler

from portal import faults
from portal.errors import SodaError
from portal.faults import Fault
from portal.messages import Response

GZIP_MIN_BYTES = 1_024
BUFFERED_BYTES = 256 * 1024
DRIP_PIECES = 20
HTML_PAGE = b"<!DOCTYPE html><html><body><h1>We'll be right back</h1></body></html>"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class BrokenError(Exception):
    """The connection is to be ended without the rest of the response."""


def send(
    handler: BaseHTTPRequestHandler, response: Response, *, may_gzip: bool, stop: threading.Event
) -> None:
    """Write the response; ends the connection instead where a fault says so. ``stop`` ends every wait."""
    kinds = {fault.kind: fault for fault in response.struck}
    _before_body(handler, kinds, stop)
    if faults.HTML in kinds:
        response = Response([HTML_PAGE], 200, "text/html;charset=utf-8", struck=response.struck)
    pieces = iter(response.body)
    head, is_whole = _buffered(pieces)
    uses_gzip = may_gzip and len(head) >= GZIP_MIN_BYTES
    body = _chain(head, pieces)
    if uses_gzip:
        body = _gzipped(body)
    if is_whole:
        _send_whole(handler, response, b"".join(body), kinds, stop, is_gzip=uses_gzip)
    else:
        _send_chunked(handler, response, body, kinds, stop, is_gzip=uses_gzip)


def _before_body(handler: BaseHTTPRequestHandler, kinds: dict[str, Fault], stop: threading.Event) -> None:
    if faults.HANG in kinds:
        stop.wait(kinds[faults.HANG].seconds)
        raise BrokenError
    if faults.RESET in kinds:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        raise BrokenError


def _buffered(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first pieces, and whether they are all: a body of moderate size gets a Content-Length.

    Nothing is sent yet, so a query that fails here can still be rejected properly.
    """
    buffer: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            buffer.append(piece)
            size += len(piece)
            if size > BUFFERED_BYTES:
                return b"".join(buffer), False
    except sqlite3.Error as error:
        raise SodaError("internal_error", "The query failed", 500) from error
    return b"".join(buffer), True


def _chain(head: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()


def _start(handler: BaseHTTPRequestHandler, response: Response, length: int | None, *, is_gzip: bool) -> None:
    handler.send_response(response.status)
    handler.send_header("Content-Type", response.content_type)
    for name, value in response.headers.items():
        handler.send_header(name, value)
    if is_gzip:
        handler.send_header("Content-Encoding", "gzip")
    if length is None:
        handler.send_header("Transfer-Encoding", "chunked")
    elif response.status != 304:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def _send_whole(
    handler: BaseHTTPRequestHandler,
    response: Response,
    body: bytes,
    kinds: dict[str, Fault],
    stop: threading.Event,
    *,
    is_gzip: bool,
) -> None:
    _start(handler, response, len(body), is_gzip=is_gzip)
    if faults.CUT in kinds:
        handler.wfile.write(body[: len(body) // 2])
        raise BrokenError
    _write_body(handler.wfile.write, body, kinds, stop)


def _send_chunked(
    handler: BaseHTTPRequestHandler,
    response: Response,
    body: Iterable[bytes],
    kinds: dict[str, Fault],
    stop: threading.Event,
    *,
    is_gzip: bool,
) -> None:
    def write_chunk(data: bytes) -> None:
        handler.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")

    _start(handler, response, None, is_gzip=is_gzip)
    for piece in body:
        if faults.CUT in kinds:
            write_chunk(piece[: max(1, len(piece) // 2)])
            raise BrokenError
        if piece:
            _write_body(write_chunk, piece, kinds, stop)
    handler.wfile.write(b"0\r\n\r\n")


def _write_body(
    write: Callable[[bytes], object], body: bytes, kinds: dict[str, Fault], stop: threading.Event
) -> None:
    if faults.HANG_IN_BODY in kinds and body:
        write(body[: max(1, len(body) // 2)])
        stop.wait(kinds[faults.HANG_IN_BODY].seconds)
        raise BrokenError
    if faults.DRIP not in kinds or not body:
        write(body)
        return
    size = max(1, len(body) // DRIP_PIECES)
    for start in range(0, len(body), size):
        write(body[start : start + size])
        stop.wait(kinds[faults.DRIP].seconds / DRIP_PIECES)
