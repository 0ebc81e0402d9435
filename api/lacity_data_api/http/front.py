"""Serves in-memory cache hits by raw URL; logs and measures every request that is not replayed."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from lacity_data_api.cache.cached_response import Representation
from lacity_data_api.cache.memory import Memory, UrlEntry
from lacity_data_api.correlation import REQUEST_ID, RequestIds
from lacity_data_api.http import host
from lacity_data_api.http.access_log import AccessLog
from lacity_data_api.http.cors import Cors
from lacity_data_api.http.exchange import Exchange, unless_client_leaves
from lacity_data_api.metrics import BY_URL, IN_FLIGHT

# The route in metrics of requests that reach no route.
NO_ROUTE = "none"
# Key in the state of a request: the entry of the raw URL from which it was served.
URL_ENTRY = "url_entry"


class Front:
    """ASGI middleware."""

    def __init__(
        self, app: ASGIApp, memory: Memory, cors: Cors, access_log: AccessLog, ids: RequestIds
    ) -> None:
        self._app = app
        self._memory = memory
        self._cutover = memory.cutover
        self._cors = cors
        self._log = access_log
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = dict(scope["headers"])
        origin = head.get(b"origin", b"")
        request_id = self._ids.id_of(head)
        exchange = Exchange(scope, request_id, self._cors.headers(origin), send)
        if not host.has_one_host(scope):
            await exchange.respond(400, host.HEADERS, host.BODY)
            exchange.finish(NO_ROUTE, self._log)
        elif hit := self._hit(scope, head):
            representation, entry = hit
            # The recorder stores the response that is sent for this entry.
            scope.setdefault("state", {})[URL_ENTRY] = entry
            await exchange.respond(*representation.conditional(head.get(b"if-none-match", b"")))
            BY_URL.inc()
            exchange.finish(entry.route, self._log)
        elif scope["method"] == "OPTIONS" and origin:
            requested = head.get(b"access-control-request-headers", b"")
            await exchange.respond(*self._cors.preflight(origin, requested), b"")
            exchange.finish(NO_ROUTE, self._log)
        else:
            await self._route(scope, exchange, receive)

    def _hit(self, scope: Scope, head: Mapping[bytes, bytes]) -> tuple[Representation, UrlEntry] | None:
        """The response to send, if this raw URL is in memory in an encoding that the client accepts.

        A request that repeats a header goes to its route, which determines the value.
        """
        if scope["method"] != "GET" or len(head) != len(scope["headers"]):
            return None
        self._cutover.make_if_due()
        found = self._memory.find_url(scope["raw_path"], scope["query_string"], head.get(b"accept", b""))
        if found is None:
            return None
        response = found.response
        encoding = response.encoding_for(head.get(b"accept-encoding", b""))
        return (response.representation(encoding), found) if response.has(encoding) else None

    async def _route(self, scope: Scope, exchange: Exchange, receive: Receive) -> None:
        is_head = scope["method"] == "HEAD"
        # Never reset: the server logs the traceback of a failed request after this returns.
        REQUEST_ID.set(exchange.request_id.decode())
        inner = {**scope, "state": {**scope.get("state", {}), "is_head": is_head}}
        if is_head:
            inner["method"] = "GET"
        IN_FLIGHT.inc()
        try:
            async with unless_client_leaves():
                await self._app(inner, receive, exchange.send)
        finally:
            IN_FLIGHT.dec()
            exchange.finish(getattr(inner.get("route"), "path", NO_ROUTE), self._log)
