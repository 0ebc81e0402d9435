"""JSON responses that are not cached, and responses that are sent unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

NO_STORE = {"Cache-Control": "no-store"}


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A small JSON response that no cache may store: errors and the state of this server."""
    body = orjson.dumps(content, default=str)
    return Response(body, status, NO_STORE | dict(headers or {}), "application/json")


def prepared_response(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Response:
    """A body with all of its headers."""
    response = Response(status_code=status)
    response.body, response.raw_headers = body, headers
    return response
