"""Writes responses to the socket, with transport faults."""

from __future__ import annotations

import itertools
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
from portal.messages import HTML, Response

GZIP_MIN_BYTES = 1_024
BUFFERED_BYTES = 256 * 1024
DRIP_PIECES = 20
HTML_PAGE = b"<!DOCTYPE html><html><body><h1>We'll be right back</h1></body></html>"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
Write = Callable[[bytes], object]


class BrokenError(Exception):
    """The connection has to end before the response is complete."""


def send(
    handler: BaseHTTPRequestHandler, response: Response, *, may_gzip: bool, stop: threading.Event
) -> None:
    """Write the response, or end the connection if a fault requires it. ``stop`` ends every wait."""
    kinds = {fault.kind: fault for fault in response.faults}
    _before_body(handler, kinds, stop)
    if faults.HTML in kinds:
        response = Response([HTML_PAGE], 200, HTML)
    pieces = iter(response.body)
    head, is_whole = _buffered(pieces)
    is_gzip = may_gzip and len(head) >= GZIP_MIN_BYTES
    body: Iterable[bytes] = itertools.chain([head], pieces)
    if is_gzip:
        body = _gzipped(body)
    if is_whole:
        body = [b"".join(body)]
    write = handler.wfile.write if is_whole else _chunk_writer(handler)
    _start(handler, response, len(body[0]) if isinstance(body, list) else None, is_gzip=is_gzip)
    for piece in body:
        _write_piece(write, piece, kinds, stop)
    if not is_whole:
        handler.wfile.write(b"0\r\n\r\n")


def _before_body(handler: BaseHTTPRequestHandler, kinds: dict[str, Fault], stop: threading.Event) -> None:
    if faults.HANG in kinds:
        stop.wait(kinds[faults.HANG].seconds)
        raise BrokenError
    if faults.RESET in kinds:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        raise BrokenError


def _buffered(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first pieces, and whether the body is complete: if so, it gets a Content-Length.

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
    else:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def _chunk_writer(handler: BaseHTTPRequestHandler) -> Write:
    return lambda data: handler.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")


def _write_piece(write: Write, piece: bytes, kinds: dict[str, Fault], stop: threading.Event) -> None:
    if not piece:
        return
    broken = kinds.get(faults.CUT) or kinds.get(faults.HANG_IN_BODY)
    if broken:
        write(piece[: max(1, len(piece) // 2)])
        stop.wait(broken.seconds if broken.kind == faults.HANG_IN_BODY else 0)
        raise BrokenError
    drip = kinds.get(faults.DRIP)
    size = max(1, len(piece) // DRIP_PIECES) if drip else len(piece)
    for start in range(0, len(piece), size):
        write(piece[start : start + size])
        if drip:
            stop.wait(drip.seconds / DRIP_PIECES)
