"""Responses as OpenAPI describes them: FastAPI does not know them, since they are created outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]
JSON = "application/json"
# The models that a schema consists of, and where they are in the complete document.
DEFINITIONS = "$defs"
REFERENCE = "#/components/schemas/{model}"


class Problem(BaseModel):
    """Why the request failed."""

    detail: str


NOT_FOUND: Responses = {404: {"model": Problem, "description": "There is no such item"}}
UNAVAILABLE: Responses = {
    503: {
        "model": Problem,
        "description": "Temporarily unavailable; Retry-After is in seconds",
        "headers": {"Retry-After": {"schema": {"type": "integer"}}},
    }
}
TOO_MANY_DOWNLOADS: Responses = {
    429: {"model": Problem, "description": "Too many downloads of this client are in progress"}
}
NOT_MODIFIED: Responses = {304: {"description": "The client already has this response (If-None-Match)"}}
HEADERS = {
    "ETag": {
        "description": "Identifies this response; send it back as If-None-Match",
        "schema": {"type": "string"},
    },
    "Cache-Control": {"schema": {"type": "string"}},
    "X-Data-Generation": {"description": "The generation of the data", "schema": {"type": "integer"}},
}
LINK = {
    "Link": {
        "description": 'The next page, as rel="next"; on the last page of changes, the address of later '
        'ones, as rel="monitor"',
        "schema": {"type": "string"},
    }
}


def uncached(model: Any) -> Responses:
    """An uncached JSON response of this shape."""
    return {200: {"model": model}}


def cached(model: Any, *, is_paged: bool = False, others: Sequence[str] = ()) -> Responses:
    """A cached JSON response of this shape, and the other responses of every such route.

    ``others``: media types that the Accept header may request instead.
    """
    headers = HEADERS | (LINK if is_paged else {})
    content = {media_type: {"schema": {"type": "string"}} for media_type in others}
    found = {"model": model, "headers": headers} | ({"content": content} if content else {})
    return {200: found} | NOT_MODIFIED | UNAVAILABLE


def cached_post(model: Any) -> Responses:
    """A cached JSON response to a POST request, to which If-None-Match does not apply."""
    return {status: response for status, response in cached(model).items() if status not in NOT_MODIFIED}


def document_of(media_type: str, model: type[BaseModel] | None = None) -> Responses:
    """A cached response with another media type; JSON documents have a model."""
    schema = model.model_json_schema(ref_template=REFERENCE) if model else {"type": "string"}
    found = {"content": {media_type: {"schema": schema}}, "headers": HEADERS, "description": "The document"}
    return {200: found} | NOT_MODIFIED | UNAVAILABLE


BINARY = {"type": "string", "format": "binary"}
JSON_OBJECT = {"type": "object"}


def file_of(media_type: str, schema: dict[str, str] = BINARY) -> Responses:
    """A file that is streamed while it is created."""
    content = {media_type.partition(";")[0]: {"schema": schema}}
    return {200: {"content": content, "description": "The file"}} | TOO_MANY_DOWNLOADS | UNAVAILABLE
