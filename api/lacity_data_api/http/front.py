"""The outermost layer: serves in-memory cache hits by raw URL; logs and measures every request."""

from __future__ import annotations

import itertools
import re
import secrets

from starlette.types import ASGIApp, Receive, Scope, Send

from lacity_data_api.cache.cached_response import Representation
from lacity_data_api.cache.memory import Memory
from lacity_data_api.http import host
from lacity_data_api.http.access_log import AccessLog
from lacity_data_api.http.cors import Cors
from lacity_data_api.http.exchange import Exchange, unless_client_leaves
from lacity_data_api.metrics import BY_URL, IN_FLIGHT

REQUEST_ID = re.compile(rb"[A-Za-z0-9_.-]{1,64}\Z")
# Routes in metrics of requests that reach no route of FastAPI.
CACHE_ROUTE, NO_ROUTE = "cache", "none"


class Front:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, memory: Memory, cors: Cors, access_log: AccessLog) -> None:
        self._app = app
        self._by_url = memory.by_url
        self._cors = cors
        self._log = access_log
        self._ids = itertools.count()
        self._worker = secrets.token_hex(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = dict(scope["headers"])
        origin = head.get(b"origin", b"")
        request_id = self._request_id(head.get(b"x-request-id", b""))
        exchange = Exchange(scope, request_id, self._cors.headers(origin), send)
        if not host.has_one_host(scope):
            await exchange.respond(400, host.HEADERS, host.BODY)
            exchange.finish(NO_ROUTE, self._log)
        elif hit := self._hit(scope, head.get(b"accept-encoding", b"")):
            await exchange.respond(*hit.conditional(head.get(b"if-none-match", b"")))
            BY_URL.inc()
            exchange.finish(CACHE_ROUTE, self._log)
        elif scope["method"] == "OPTIONS" and origin:
            requested = head.get(b"access-control-request-headers", b"")
            await exchange.respond(*self._cors.preflight(origin, requested), b"")
            exchange.finish(NO_ROUTE, self._log)
        else:
            await self._route(scope, exchange, receive)

    def _hit(self, scope: Scope, accept_encoding: bytes) -> Representation | None:
        """The representation to send, if this raw URL is in memory in an encoding the client accepts."""
        if scope["method"] != "GET":
            return None
        response = self._by_url.get((scope["raw_path"], scope["query_string"]))
        if response is None:
            return None
        encoding = response.encoding_for(accept_encoding)
        return response.representation(encoding) if response.has(encoding) else None

    def _request_id(self, given: bytes) -> bytes:
        if given and REQUEST_ID.match(given):
            return given
        return f"{self._worker}-{next(self._ids):x}".encode()

    async def _route(self, scope: Scope, exchange: Exchange, receive: Receive) -> None:
        is_head = scope["method"] == "HEAD"
        state = {"request_id": exchange.request_id.decode(), "is_head": is_head}
        inner = {**scope, "state": {**scope.get("state", {}), **state}}
        if is_head:
            inner["method"] = "GET"
        IN_FLIGHT.inc()
        try:
            async with unless_client_leaves():
                await self._app(inner, receive, exchange.send)
        finally:
            IN_FLIGHT.dec()
            exchange.finish(getattr(inner.get("route"), "path", NO_ROUTE), self._log)
