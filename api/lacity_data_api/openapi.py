"""What the OpenAPI document says of answers that are finished before FastAPI sees them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str


NOT_FOUND: Responses = {404: {"model": Problem, "description": "There is no such item"}}
UNAVAILABLE: Responses = {
    503: {
        "model": Problem,
        "description": "Not now; Retry-After says in how many seconds",
        "headers": {"Retry-After": {"schema": {"type": "integer"}}},
    }
}
NOT_MODIFIED: Responses = {304: {"description": "The client holds this answer (If-None-Match)"}}
HEADERS = {
    "ETag": {"description": "Names this answer; send it back as If-None-Match", "schema": {"type": "string"}},
    "Cache-Control": {"schema": {"type": "string"}},
    "X-Data-Generation": {"description": "The load that it comes from", "schema": {"type": "integer"}},
}
LINK = {"Link": {"description": 'The next page, as rel="next"', "schema": {"type": "string"}}}


def plain(model: Any) -> Responses:
    """An answer of this shape that nobody keeps."""
    return {200: {"model": model}}


def finished(model: Any, *, is_paged: bool = False) -> Responses:
    """A cached JSON answer of this shape, and what every such route may answer besides."""
    headers = HEADERS | (LINK if is_paged else {})
    return {200: {"model": model, "headers": headers}} | NOT_MODIFIED | UNAVAILABLE


def file_of(media_type: str) -> Responses:
    """A file that is sent while it is made."""
    content = {media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"content": content, "description": "The file"}} | UNAVAILABLE
