"""Answers that are sent while they are read, with flat memory and no end at hand."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lacity_data_api.cache.answer import preferred
from lacity_data_api.responses import NO_STORE

GZIP = 16 + zlib.MAX_WBITS
GZIP_LEVEL = 1

Parts = AsyncGenerator[bytes, None]


class Opened(NamedTuple):
    """The first part, and where the rest comes from."""

    first: bytes
    source: Parts


class StreamedResponse(Response):
    """Parts sent one by one; their source, which holds a connection, is closed however the sending ends."""

    def __init__(self, opened: Opened, headers: dict[str, str], media_type: str, *, is_packed: bool) -> None:
        self._opened = opened
        self._is_packed = is_packed
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        async with aclosing(self._opened.source):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            # Whoever sent HEAD wants no body: none is made.
            if not scope.get("state", {}).get("is_head"):
                async for part in self._parts():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    def _parts(self) -> Parts:
        parts = _from(self._opened)
        return _compressed(parts) if self._is_packed else parts


async def opened(source: Parts) -> Opened:
    """Waits for the first part, so that what fails at the beginning still has a status of its own.

    What fails later ends the connection: a client sees that the answer is not complete.
    """
    return Opened(await anext(source, b""), source)


async def streamed(
    request: Request, parts: Parts, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """A response of these parts, in gzip if the client takes it."""
    is_packed = takes_gzip(request)
    described = {**NO_STORE, "Vary": "Accept-Encoding, Origin", **(headers or {})}
    if is_packed:
        described["Content-Encoding"] = "gzip"
    return StreamedResponse(await opened(parts), described, media_type, is_packed=is_packed)


def takes_gzip(request: Request) -> bool:
    """Whether the client takes gzip, whatever it likes better: brotli is made of whole bodies only."""
    parts = request.headers.get("accept-encoding", "").split(",")
    others = ",".join(part for part in parts if not part.strip().lower().startswith("br"))
    return preferred(others.encode("latin-1")) == "gzip"


async def _from(opened: Opened) -> Parts:
    yield opened.first
    async for part in opened.source:
        yield part


async def _compressed(parts: Parts) -> Parts:
    compressor = zlib.compressobj(GZIP_LEVEL, wbits=GZIP)
    async with aclosing(parts):
        async for part in parts:
            if packed := await asyncio.to_thread(compressor.compress, part):
                yield packed
    yield compressor.flush()


async def json_list(batches: AsyncGenerator[list[str], None]) -> Parts:
    """The parts of one JSON list of these items, which are JSON already."""
    opening = "["
    async with aclosing(batches):
        async for batch in batches:
            yield (opening + ",".join(batch)).encode()
            opening = ","
    yield b"[]" if opening == "[" else b"]"
