"""The limit of every warm route: the same server sends bytes that it holds, and does nothing else.

``GET /N`` answers N bytes with the headers of a finished answer.
"""

from __future__ import annotations

from functools import cache

from starlette.types import Receive, Scope, Send

from lacity_data_api.cache.answer import Answer, Representation


@cache
def representation(size: int) -> Representation:
    """An answer of so many bytes, ready to be sent."""
    return Answer(b"[" + b" " * (size - 2) + b"]", 1).representation("")


async def app(scope: Scope, _: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body, headers, _known = representation(int(scope["path"][1:]))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
