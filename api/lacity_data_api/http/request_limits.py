"""Limits the URL and the size and time of the body; cancels the work when the client disconnects."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lacity_data_api.responses import json_response

# A thousand ids fit; the HTTP parser itself rejects a URL of 64 kB or more.
MAX_URL_LENGTH = 32_768
BODY_SECONDS = 30.0


class BodyTooLargeError(Exception):
    pass


class RequestLimits:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_URL_LENGTH:
            await json_response({"detail": f"The URL must not be longer than {MAX_URL_LENGTH} bytes"}, 414)(
                scope, receive, send
            )
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._read(receive)
        except TimeoutError:
            detail = f"The body must arrive within {BODY_SECONDS:g} seconds"
            await json_response({"detail": detail}, 408, {"Connection": "close"})(scope, receive, send)
            return
        except BodyTooLargeError:
            detail = f"The body must not be longer than {self._max_body_bytes} bytes"
            await json_response({"detail": detail}, 413, {"Connection": "close"})(scope, receive, send)
            return
        if body is not None:
            await self._run(scope, body, receive, send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body; None if the client disconnects before it is complete."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            size += len(part)
            if size > self._max_body_bytes:
                raise BodyTooLargeError
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    async def _run(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        has_disconnected = asyncio.Event()
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            if messages:
                return messages.pop()
            await has_disconnected.wait()
            return {"type": "http.disconnect"}

        is_complete = False

        async def send_and_note(message: Message) -> None:
            nonlocal is_complete
            is_complete |= message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        work = asyncio.ensure_future(self._app(scope, replay, send_and_note))
        disconnect = asyncio.ensure_future(_wait_for_disconnect(receive))
        try:
            await asyncio.wait({work, disconnect}, return_when=asyncio.FIRST_COMPLETED)
            # uvicorn also says so after the last part; what the app does then must not be canceled.
            if not work.done() and not is_complete:
                has_disconnected.set()
                work.cancel()
            with suppress(asyncio.CancelledError):
                await work
        finally:
            work.cancel()
            disconnect.cancel()


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
