"""The outermost layer: answers what is at hand, and sees every request's beginning and end."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lacity_data_api.cache.answer import Answer
from lacity_data_api.cache.memory import Memory
from lacity_data_api.edge.access_log import AccessLog
from lacity_data_api.edge.cors import Cors
from lacity_data_api.edge.types import Asked, Headers, asked
from lacity_data_api.metrics import CACHE, IN_FLIGHT, LATENCY, REQUESTS

REQUEST_ID = re.compile(rb"[A-Za-z0-9_.-]{1,64}\Z")
SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
EDGE_ROUTE = "(at hand)"


@dataclass
class Watched:
    """What is known of a request when it ends."""

    request_id: bytes
    is_head: bool
    cors: Headers
    started: float = field(default_factory=time.perf_counter)
    status: int = 500
    length: int = 0


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, memory: Memory, cors: Cors, access_log: AccessLog) -> None:
        self._app = app
        self._at_hand = memory.by_spelling
        self._cors = cors
        self._log = access_log
        self._ids = itertools.count()
        self._worker = secrets.token_hex(4)
        self._count_at_hand = REQUESTS.labels(EDGE_ROUTE, "GET", "200")
        self._count_known = REQUESTS.labels(EDGE_ROUTE, "GET", "304")
        self._time_at_hand = LATENCY.labels(EDGE_ROUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = asked(scope["headers"])
        if scope["method"] == "GET":
            answer = self._at_hand.get((scope["raw_path"], scope["query_string"]))
            if answer is not None:
                encoding = answer.encoding_for(request.accept_encoding)
                if answer.has(encoding):
                    await self._send_at_hand(scope, request, answer, encoding, send)
                    return
        await self._pass_on(scope, request, receive, send)

    def _request_id(self, given: bytes) -> bytes:
        if given and REQUEST_ID.match(given):
            return given
        return f"{self._worker}-{next(self._ids):x}".encode()

    async def _send_at_hand(
        self, scope: Scope, request: Asked, answer: Answer, encoding: str, send: Send
    ) -> None:
        started = time.perf_counter()
        request_id = self._request_id(request.request_id)
        body, headers, headers_not_modified = answer.representation(encoding)
        own = [*SAFE, (b"x-request-id", request_id), *self._cors.headers(request.origin)]
        if request.if_none_match and answer.is_known(request.if_none_match):
            status, body = 304, b""
            await send({"type": "http.response.start", "status": 304, "headers": headers_not_modified + own})
            self._count_known.inc()
        else:
            status = 200
            await send({"type": "http.response.start", "status": 200, "headers": headers + own})
            self._count_at_hand.inc()
        await send({"type": "http.response.body", "body": body})
        CACHE.edge.inc()
        seconds = time.perf_counter() - started
        self._time_at_hand.observe(seconds)
        self._log.add(
            request_id,
            "GET",
            scope["path"],
            scope["query_string"],
            status,
            len(body),
            seconds,
            (scope["client"] or ("",))[0],
        )

    async def _pass_on(self, scope: Scope, request: Asked, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS" and request.origin:
            status, headers = self._cors.preflight(request.origin, request.asked_headers)
            await send({"type": "http.response.start", "status": status, "headers": headers + SAFE})
            await send({"type": "http.response.body", "body": b""})
            return
        watched = Watched(
            self._request_id(request.request_id),
            scope["method"] == "HEAD",
            self._cors.headers(request.origin),
        )
        if watched.is_head:
            scope = {**scope, "method": "GET"}
        scope["state"] = {
            **scope.get("state", {}),
            "request_id": watched.request_id.decode(),
            "is_head": watched.is_head,
        }
        IN_FLIGHT.inc()
        try:
            await self._app(scope, receive, self._watch(watched, send))
        finally:
            IN_FLIGHT.dec()
            self._finish(scope, watched)

    def _watch(self, watched: Watched, send: Send) -> Send:
        async def watching(message: Message) -> None:
            if message["type"] == "http.response.start":
                watched.status = message["status"]
                headers = [*message["headers"], *SAFE, (b"x-request-id", watched.request_id), *watched.cors]
                if not any(name == b"vary" for name, _ in headers):
                    headers.append((b"vary", b"Origin"))
                message = {**message, "headers": headers}
            elif message["type"] == "http.response.body":
                watched.length += len(message.get("body", b""))
                if watched.is_head:
                    message = {**message, "body": b""}
            await send(message)

        return watching

    def _finish(self, scope: Scope, watched: Watched) -> None:
        seconds = time.perf_counter() - watched.started
        route = getattr(scope.get("route"), "path", "(none)")
        method = "HEAD" if watched.is_head else scope["method"]
        REQUESTS.labels(route, method, str(watched.status)).inc()
        LATENCY.labels(route).observe(seconds)
        self._log.add(
            watched.request_id,
            method,
            scope["path"],
            scope["query_string"],
            watched.status,
            watched.length,
            seconds,
            (scope["client"] or ("",))[0],
        )
