"""CORS for public data: every origin may read it, without credentials."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The reports' map, whose origin is not the API's, reads tiles, hot spots and the history of a request.
OPEN = re.compile(
    r"/(files|datasets/311-data|tiles\.json|tiles|geojson/hotspots|open311)(/.*)?|/requests/[^/]+/history",
    re.DOTALL,
)
EXPOSED = (
    "Content-Range, Accept-Ranges, Content-Length, ETag, Last-Modified, Link, Retry-After, "
    "X-Data-Generation, X-Request-ID"
)
SHARED = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
]
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class AnyOrigin:
    """Outermost ASGI middleware: opens public data to every origin, and leaves all other paths untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not OPEN.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
        else:
            headers = [(name, value) for name, value in scope["headers"] if name != b"origin"]
            await self._app({**scope, "headers": headers}, receive, _opened(send))


def _opened(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if not _is_replaced(name, value)]
            message = {**message, "headers": kept + SHARED}
        await send(message)

    return sending


def _is_replaced(name: bytes, value: bytes) -> bool:
    """Drops the CORS headers of inner layers, which do not apply to public data."""
    is_vary = name.lower() == b"vary" and value.lower() == b"origin"
    return is_vary or name.lower().startswith(b"access-control-")
