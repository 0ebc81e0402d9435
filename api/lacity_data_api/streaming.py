"""Streamed responses of unknown length, in constant memory."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from copy import copy

from fastapi import Request
from isal import isal_zlib
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lacity_data_api.cache.negotiation import preferred_encoding
from lacity_data_api.errors import ApiError, cause_of
from lacity_data_api.http.accept import list_header
from lacity_data_api.http.slow_readers import ClientLeftError
from lacity_data_api.responses import NO_STORE
from lacity_data_api.state import state_of

log = logging.getLogger(__name__)

GZIP = 16 + isal_zlib.MAX_WBITS
GZIP_LEVEL = 2
PART_BYTES = 131_072
MAX_WAIT_SECONDS = 1.0

Write = Callable[[bytes], Awaitable[None]]
# Writes all parts of a body, one by one.
Produce = Callable[[Write], Awaitable[None]]


class StreamedResponse(Response):
    """Sends the parts of a body as they are produced.

    The status is sent with the first part, so that an earlier error can still set it. A later error closes
    the connection, so that the client sees that the response is incomplete.
    """

    def __init__(
        self,
        request: Request,
        produce: Produce,
        headers: dict[str, str],
        media_type: str,
        *,
        is_compressed: bool,
    ) -> None:
        self._streams = state_of(request).streams
        self.produce = produce
        self.is_compressed = is_compressed
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    def with_sent_parts(self, produce: Produce) -> StreamedResponse:
        """The same response with these parts, which are sent as they are."""
        other = copy(self)
        other.produce, other.is_compressed = produce, False
        return other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        body = _Body(send, self.raw_headers, is_compressed=self.is_compressed)
        # HEAD has no body, so none is produced.
        if not scope.get("state", {}).get("is_head"):
            try:
                with self._streams.one(scope):
                    await self.produce(body.write)
            except ApiError as error:
                if not body.is_started:
                    raise
                log.warning("A response was cut off: %s%s", error.detail, cause_of(error))
                raise ClientLeftError from error
        await body.end()


class _Body:
    """Sends a body. COPY produces parts of a few rows; sending each one alone costs more than its bytes.

    The first part is sent immediately, and of a slow query whatever waits longer than a second when its next
    part comes: a proxy that sees nothing for a minute ends the response.
    """

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], *, is_compressed: bool) -> None:
        self.is_started = False
        self._send = send
        self._headers = headers
        self._compressor = isal_zlib.compressobj(GZIP_LEVEL, wbits=GZIP) if is_compressed else None
        self._waiting = bytearray()
        self._sent_at = -math.inf

    async def write(self, part: bytes) -> None:
        self._waiting += part
        is_late = time.monotonic() - self._sent_at > MAX_WAIT_SECONDS
        if is_late or len(self._waiting) >= PART_BYTES:
            await self._send_waiting(is_late=is_late)

    async def end(self) -> None:
        await self._send_waiting()
        await self._send_part(self._compressor.flush() if self._compressor else b"", more=False)

    async def _send_waiting(self, *, is_late: bool = False) -> None:
        part, self._waiting = bytes(self._waiting), bytearray()
        self._sent_at = time.monotonic()
        if self._compressor:
            part = await asyncio.to_thread(self._compressor.compress, part)
            if is_late:
                # It keeps half a megabyte of input otherwise.
                part += self._compressor.flush(isal_zlib.Z_SYNC_FLUSH)
        if part:
            await self._send_part(part)

    async def _send_part(self, part: bytes, *, more: bool = True) -> None:
        if not self.is_started:
            self.is_started = True
            await self._send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await self._send({"type": "http.response.body", "body": part, "more_body": more})


def streamed(
    request: Request, produce: Produce, media_type: str, headers: dict[str, str] | None = None
) -> StreamedResponse:
    """A streamed response, compressed if the client accepts gzip."""
    is_compressed = accepts_gzip(request)
    all_headers = {**NO_STORE, "Vary": "Accept-Encoding, Origin", **(headers or {})}
    if is_compressed:
        all_headers["Content-Encoding"] = "gzip"
    return StreamedResponse(request, produce, all_headers, media_type, is_compressed=is_compressed)


def accepts_gzip(request: Request) -> bool:
    """Whether the client accepts gzip, even if it prefers brotli, which needs the whole body."""
    parts = list_header(request.headers, "accept-encoding").split(",")
    others = ",".join(part for part in parts if not part.strip().lower().startswith("br"))
    return preferred_encoding(others.encode("latin-1")) == "gzip"


def json_list(batches: AsyncGenerator[list[str], None]) -> Produce:
    """Produces a JSON list of these items, which are already JSON."""

    async def produce(write: Write) -> None:
        opening = b"["
        async with aclosing(batches):
            async for batch in batches:
                await write(opening + ",".join(batch).encode())
                opening = b","
        await write(b"[]" if opening == b"[" else b"]")

    return produce
