"""Responses with files and byte ranges. HEAD returns the headers of GET without opening the file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from lacity_data_api.files.repository import PublishedFile

IMMUTABLE = "public, max-age=31536000, immutable"
MUTABLE = "public, no-cache"
"""May be cached but is revalidated each time, so that a cache never mixes ranges of two versions."""


class RangeResponse(FileResponse):
    """Recognizes HEAD even if an outer layer passes it on as GET."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["method"] == "HEAD" or scope.get("state", {}).get("is_head", False)
        await super().__call__({**scope, "method": "HEAD" if is_head else "GET"}, receive, send)


def file_response(request: Request, file: PublishedFile, **headers: str) -> Response:
    """The file, the requested range, or 304 if the client has this version."""
    cache = IMMUTABLE if file.is_immutable else MUTABLE
    described = {"ETag": file.etag, "Cache-Control": cache, **headers}
    if _holds(request.headers.get("if-none-match", ""), file.etag):
        return Response(status_code=304, headers=described)
    return RangeResponse(file.path, headers=described, media_type=file.media_type)


def _holds(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags
