"""Streamed responses of which a file is kept: the next client gets the file."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import BinaryIO

from fastapi import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from lacity_data_api.cache.kept_files import Content, Days, FileCopy
from lacity_data_api.cache.outdated_files import version_of
from lacity_data_api.errors import ApiError
from lacity_data_api.state import state_of
from lacity_data_api.statements import Statement
from lacity_data_api.streaming import PART_BYTES, Produce, StreamedResponse, Write

# Compressed in itself. Text that a client wants uncompressed is several times as long, and not kept.
COMPACT = frozenset({"application/vnd.apache.parquet"})
# As long as an export of a million requests takes on a busy machine.
MAX_WAIT_SECONDS = 30.0
PAUSE_SECONDS = 0.1


def kept(
    request: Request, response: StreamedResponse, rows: Statement, days: Days, *form: object
) -> Response:
    """The same response, from a file if the same rows were sent in this form and have not changed since.

    ``days``: those on which the requests were created.
    """
    files = state_of(request).kept_files
    if files.is_used and (response.is_compressed or response.media_type in COMPACT):
        return KeptResponse(request, response, rows.digest(*form), days)
    return response


class KeptResponse(Response):
    """Decides between file and database when it is sent, so that the newest data is sent in either case."""

    def __init__(self, request: Request, response: StreamedResponse, key: str, days: Days) -> None:
        self._state = state_of(request)
        self._files = self._state.kept_files
        self._response = response
        self._key, self._days = key, days
        self.status_code = response.status_code
        self.media_type = response.media_type
        self.background = None
        self.raw_headers = response.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("state", {}).get("is_head"):
            await self._response(scope, receive, send)
            return
        content = await self._newest()
        file = await self._opened(content)
        if not file and await self._is_growing(content):
            with self._state.streams.one(scope):
                await self._wait_for_other_client(content)
            content = await self._newest()
            file = await self._opened(content)
        if file:
            with file:
                await self._response.with_sent_parts(_parts_of(file))(scope, receive, send)
        else:
            await self._send_and_keep(content, scope, receive, send)

    async def _opened(self, content: Content) -> BinaryIO | None:
        return await asyncio.to_thread(self._files.find, content)

    async def _is_growing(self, content: Content) -> bool:
        return await asyncio.to_thread(self._files.is_growing, content)

    async def _wait_for_other_client(self, content: Content) -> None:
        """Wait until its response is complete and can be sent to this client too, but not for too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                # Another process may be writing it, so there is no event to wait for.
                while await self._is_growing(content):  # noqa: ASYNC110
                    await asyncio.sleep(PAUSE_SECONDS)

    async def _newest(self) -> Content:
        return Content(self._key, self._days, await version_of(self._state.database, self._days))

    async def _send_and_keep(self, content: Content, scope: Scope, receive: Receive, send: Send) -> None:
        with self._files.copy(content) as copy:
            await self._response(scope, receive, _copied(send, copy))
            # What was read while the data changed may belong to either version.
            with suppress(ApiError):
                if await self._newest() == content:
                    await asyncio.to_thread(copy.finish)
                    await asyncio.to_thread(self._files.keep_only, {content.days: content.version})


def _parts_of(file: BinaryIO) -> Produce:
    async def produce(write: Write) -> None:
        while part := await asyncio.to_thread(file.read, PART_BYTES):
            await write(part)

    return produce


def _copied(send: Send, copy: FileCopy) -> Send:
    async def send_and_copy(message: Message) -> None:
        if part := message.get("body"):
            await asyncio.to_thread(copy.write, part)
        await send(message)

    return send_and_copy
