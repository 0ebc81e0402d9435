"""Decodes content encodings; a process of the API's environment decodes Brotli, which Python lacks."""

from __future__ import annotations

import struct
import subprocess
import zlib

from tools.paths import python_of

BROTLI = """
import brotli, struct, sys
read, write = sys.stdin.buffer.read, sys.stdout.buffer
while head := read(4):
    try:
        body = brotli.decompress(read(struct.unpack("I", head)[0]))
    except brotli.error:
        body = b"no Brotli"
    write.write(struct.pack("I", len(body)) + body)
    write.flush()
"""


class Unpacker:
    """Decodes response bodies."""

    def __init__(self) -> None:
        command = [str(python_of("api")), "-c", BROTLI]
        self._brotli = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def unpack(self, body: bytes, encoding: bytes) -> bytes:
        """The body without its Content-Encoding. Raises ValueError for an unknown encoding."""
        match encoding:
            case b"" | b"identity":
                return body
            case b"gzip":
                return zlib.decompress(body, wbits=31)
            case b"br":
                return self._without_brotli(body)
        raise ValueError(f"unknown encoding {encoding!r}")

    def _without_brotli(self, body: bytes) -> bytes:
        to, back = self._brotli.stdin, self._brotli.stdout
        if to is None or back is None:
            raise ValueError("there are no pipes")
        to.write(struct.pack("I", len(body)) + body)
        to.flush()
        (size,) = struct.unpack("I", back.read(4))
        return back.read(size)

    def close(self) -> None:
        self._brotli.communicate()
