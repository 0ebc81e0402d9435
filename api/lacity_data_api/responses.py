"""JSON responses that are not cached, and responses that are sent as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

NO_STORE = {"Cache-Control": "no-store"}


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Small JSON that no cache may keep: errors and the state of this server."""
    body = orjson.dumps(content, default=str)
    return Response(body, status, NO_STORE | dict(headers or {}), "application/json")


class PreparedResponse(Response):
    """A body with all of its headers."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code = status
        self.raw_headers = headers
        self.body = body
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})
