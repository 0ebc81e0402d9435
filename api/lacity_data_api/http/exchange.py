"""One request and its response: every response gets its common headers, metrics and log line here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.types import Message, Scope, Send

from lacity_data_api.cache.cached_response import Headers
from lacity_data_api.cache.large_bodies import LARGE_BODIES
from lacity_data_api.http.access_log import AccessLog, Outcome, client_of
from lacity_data_api.http.slow_readers import (
    CONNECTION,
    UNKNOWN_CONNECTION,
    ClientLeftError,
    parts_of,
    send_in_time,
)
from lacity_data_api.metrics import latency, requests

SECURITY_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
# For responses without their own policy: data, which no page may frame and no browser may run.
NO_PAGE = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# The status logged for a request whose client left before there was a response, as in nginx.
CLIENT_LEFT = 499
NOTICE_SECONDS = 0.05


@asynccontextmanager
async def unless_client_leaves() -> AsyncIterator[None]:
    """Suppresses the error of a client that has left.

    uvicorn notices the disconnection a moment later; until then it would log an incomplete response.
    """
    try:
        yield
    except ClientLeftError:
        await asyncio.sleep(NOTICE_SECONDS)


def _path_of(url: bytes) -> bytes:
    """The URL without its host, which Starlette takes from the Host header: a client may have forged it."""
    return urlsplit(url)._replace(scheme=b"", netloc=b"").geturl()


class Exchange:
    """Sends the response through ``send``, and counts its bytes."""

    def __init__(self, scope: Scope, request_id: bytes, cors: Headers, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._cors = cors
        self._started = time.perf_counter()
        self._length = 0
        self.request_id = request_id
        self.status = CLIENT_LEFT

    async def send(self, message: Message) -> None:
        """Send an ASGI message of the response; the body of a response to HEAD is not sent."""
        if message["type"] == "http.response.start":
            await self.start(message["status"], message["headers"])
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            self._length += len(body)
            if self._scope["method"] == "HEAD":
                message = {**message, "body": b""}
            with LARGE_BODIES.held(message.get("body", b"")):
                for part in parts_of(message):
                    await self._pass_on(part)

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status line and the headers: the response's own and the common ones."""
        if status == 307:
            headers = [(name, _path_of(value) if name == b"location" else value) for name, value in headers]
        own = [*headers, *SECURITY_HEADERS, (b"x-request-id", self.request_id), *self._cors]
        names = {name for name, _ in headers}
        if b"vary" not in names:
            own.append((b"vary", b"Origin"))
        if NO_PAGE[0] not in names:
            own.append(NO_PAGE)
        self.status = status
        await self._pass_on({"type": "http.response.start", "status": status, "headers": own})

    async def _pass_on(self, message: Message) -> None:
        """Raises ClientLeftError on a closed connection, for which uvloop has no error of its own."""
        try:
            if message["type"] == "http.response.body":
                connection = self._scope.get("extensions", {}).get(CONNECTION, UNKNOWN_CONNECTION)
                await send_in_time(self._send, message, connection)
            else:
                await self._send(message)
        except RuntimeError as error:
            if "handler is closed" not in str(error):
                raise
            self.status = CLIENT_LEFT
            raise ClientLeftError from error

    async def respond(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole response, unless the client has left."""
        async with unless_client_leaves():
            await self.start(status, headers)
            await self.send({"type": "http.response.body", "body": body})

    def finish(self, route: str, log: AccessLog) -> None:
        """Count and log the request."""
        seconds = time.perf_counter() - self._started
        scope = self._scope
        requests(route, scope["method"], self.status).inc()
        latency(route).observe(seconds)
        if log.is_on:
            what = Outcome.of(scope, route, self.status, self._length)
            log.add(self.request_id, what, seconds, client_of(scope))
