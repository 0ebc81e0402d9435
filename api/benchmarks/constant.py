"""The upper bound of every cached route: the same server, which only sends constant bytes.

``GET /N`` returns N bytes with the headers of a cached response.
"""

from __future__ import annotations

from functools import cache

from starlette.types import Receive, Scope, Send

from lacity_data_api.cache.cached_response import CachedResponse, Representation


@cache
def representation(size: int) -> Representation:
    """A response of this many bytes, ready to be sent."""
    return CachedResponse.of(b"[" + b" " * (size - 2) + b"]", 1).representation("")


async def app(scope: Scope, _: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body, _etag, headers, _not_modified = representation(int(scope["path"][1:]))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
