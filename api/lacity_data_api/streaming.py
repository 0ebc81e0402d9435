"""Streamed responses of unknown length, in constant memory."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lacity_data_api.cache.negotiation import preferred_encoding
from lacity_data_api.responses import NO_STORE

GZIP = 16 + zlib.MAX_WBITS
GZIP_LEVEL = 1

Parts = AsyncGenerator[bytes, None]


class OpenStream(NamedTuple):
    """The first part, and the source of the others."""

    first: bytes
    source: Parts


class StreamedResponse(Response):
    """Sends parts one by one; their source, which holds a connection, is closed in any case."""

    def __init__(
        self, stream: OpenStream, headers: dict[str, str], media_type: str, *, is_compressed: bool
    ) -> None:
        self._stream = stream
        self._is_compressed = is_compressed
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        async with aclosing(self._stream.source):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            # HEAD has no body: none is made.
            if not scope.get("state", {}).get("is_head"):
                async for part in self._parts():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    def _parts(self) -> Parts:
        parts = _all_parts(self._stream)
        return _compressed(parts) if self._is_compressed else parts


async def open_stream(source: Parts) -> OpenStream:
    """Wait for the first part: an error before it still has a status.

    A later error ends the connection, so that the client sees that the response is incomplete.
    """
    return OpenStream(await anext(source, b""), source)


async def streamed(
    request: Request, parts: Parts, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """A response of these parts, compressed if the client accepts gzip."""
    is_compressed = accepts_gzip(request)
    all_headers = {**NO_STORE, "Vary": "Accept-Encoding, Origin", **(headers or {})}
    if is_compressed:
        all_headers["Content-Encoding"] = "gzip"
    return StreamedResponse(await open_stream(parts), all_headers, media_type, is_compressed=is_compressed)


def accepts_gzip(request: Request) -> bool:
    """Whether the client accepts gzip, even if it prefers brotli, which needs the whole body."""
    parts = request.headers.get("accept-encoding", "").split(",")
    others = ",".join(part for part in parts if not part.strip().lower().startswith("br"))
    return preferred_encoding(others.encode("latin-1")) == "gzip"


async def _all_parts(stream: OpenStream) -> Parts:
    yield stream.first
    async for part in stream.source:
        yield part


async def _compressed(parts: Parts) -> Parts:
    compressor = zlib.compressobj(GZIP_LEVEL, wbits=GZIP)
    async with aclosing(parts):
        async for part in parts:
            if compressed := await asyncio.to_thread(compressor.compress, part):
                yield compressed
    yield compressor.flush()


async def json_list(batches: AsyncGenerator[list[str], None]) -> Parts:
    """The parts of a JSON list; the items are JSON already."""
    opening = "["
    async with aclosing(batches):
        async for batch in batches:
            yield (opening + ",".join(batch)).encode()
            opening = ","
    yield b"[]" if opening == "[" else b"]"
