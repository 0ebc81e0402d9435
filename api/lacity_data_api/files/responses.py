"""Responses with files and byte ranges. HEAD returns the headers of GET without opening a data file."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, MalformedRangeHeader, Response
from starlette.types import Receive, Scope, Send

from lacity_data_api.cache.negotiation import is_match
from lacity_data_api.files.repository import PublishedFile
from lacity_data_api.http.accept import raw_list_header

IMMUTABLE = "public, max-age=31536000, immutable"
MUTABLE = "public, no-cache"
"""May be cached but is revalidated each time, so that a cache never mixes ranges of two versions."""
HTML = "text/html"
STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class RangeResponse(FileResponse):
    """Recognizes HEAD even if an outer layer passes it on as GET, and reads Range as RFC 9110 14 does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["method"] == "HEAD" or scope.get("state", {}).get("is_head", False)
        await super().__call__({**scope, "method": "HEAD" if is_head else "GET"}, receive, send)

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        """No ranges, which means the whole file, if the header has another unit or is malformed."""
        try:
            return super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader:
            return []

    @classmethod
    def _parse_ranges(cls, range_: str, file_size: int) -> list[tuple[int, int]]:
        """Those that begin within the file; all of them, which is a 416, if none does."""
        ranges = super()._parse_ranges(range_, file_size)
        return [(start, end) for start, end in ranges if start < file_size] or ranges


def file_response(request: Request, file: PublishedFile, **headers: str) -> Response:
    """The file, the requested ranges, or 304 if the client has this version."""
    cache = IMMUTABLE if file.is_immutable else MUTABLE
    described = {"ETag": file.etag, "Cache-Control": cache, **headers}
    if file.media_type.startswith(HTML):
        # On 304 as well: browsers replace the policy of their copy.
        described["Content-Security-Policy"] = page_policy(file.path.read_bytes())
    status = file.path.stat()
    response = RangeResponse(file.path, headers=described, media_type=file.media_type, stat_result=status)
    if _has_version(request.headers, response.headers):
        return Response(status_code=304, headers=described)
    return response


def page_policy(page: bytes) -> str:
    """The Content-Security-Policy of a page that needs nothing but its own style elements."""
    hashes = (b64encode(sha256(style).digest()).decode() for style in STYLE.findall(page))
    styles = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _has_version(sent: Headers, own: Headers) -> bool:
    """Whether a client has this version by its tag or, only if it sends no tags, by its date.

    The date must be equal, because a file that replaces another may be older.
    """
    if tags := raw_list_header(sent, "if-none-match"):
        return is_match(tags, own["etag"].encode())
    return sent.get("if-modified-since") == own["last-modified"]
