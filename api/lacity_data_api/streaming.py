"""Streamed responses of unknown length, in constant memory."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lacity_data_api.cache.negotiation import preferred_encoding
from lacity_data_api.errors import ApiError, cause_of
from lacity_data_api.http.slow_readers import ClientLeftError
from lacity_data_api.responses import NO_STORE
from lacity_data_api.state import state_of

log = logging.getLogger(__name__)

GZIP = 16 + zlib.MAX_WBITS
GZIP_LEVEL = 1

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
        self._produce = produce
        self._is_compressed = is_compressed
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        compressor = zlib.compressobj(GZIP_LEVEL, wbits=GZIP) if self._is_compressed else None
        is_started = False

        async def start() -> None:
            nonlocal is_started
            if not is_started:
                is_started = True
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})

        async def write(part: bytes) -> None:
            await start()
            if compressor:
                part = await asyncio.to_thread(compressor.compress, part)
            if part:
                await send({"type": "http.response.body", "body": part, "more_body": True})

        # HEAD has no body, so none is produced.
        if not scope.get("state", {}).get("is_head"):
            try:
                with self._streams.one(scope):
                    await self._produce(write)
            except ApiError as error:
                if not is_started:
                    raise
                log.warning("A response was cut off: %s%s", error.detail, cause_of(error))
                raise ClientLeftError from error
        await start()
        await send({"type": "http.response.body", "body": compressor.flush() if compressor else b""})


def streamed(
    request: Request, produce: Produce, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """A streamed response, compressed if the client accepts gzip."""
    is_compressed = accepts_gzip(request)
    all_headers = {**NO_STORE, "Vary": "Accept-Encoding, Origin", **(headers or {})}
    if is_compressed:
        all_headers["Content-Encoding"] = "gzip"
    return StreamedResponse(request, produce, all_headers, media_type, is_compressed=is_compressed)


def accepts_gzip(request: Request) -> bool:
    """Whether the client accepts gzip, even if it prefers brotli, which needs the whole body."""
    parts = request.headers.get("accept-encoding", "").split(",")
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
