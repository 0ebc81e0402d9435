"""What the OpenAPI document says of answers that are finished before FastAPI sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]
# By method and path, as the routes are declared.
EXAMPLES = Path(__file__).with_name("examples.json")
JSON = "application/json"


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
# What no route sees: the parser and the guard answer before.
REFUSED_EARLY: Responses = {
    400: {"description": "No HTTP, or a URL of 64 kB and more", "content": {"text/plain": {}}},
    413: {"model": Problem, "description": "The body is too large"},
    414: {"model": Problem, "description": "The URL is too long"},
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


def add_examples(api: FastAPI) -> None:
    """Give every JSON answer that its document describes the example in ``examples.json``."""
    describe = api.openapi
    examples: dict[str, Any] = orjson.loads(EXAMPLES.read_bytes())

    def described() -> dict[str, Any]:
        document = describe()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _add_example(operation, examples.get(f"{method.upper()} {path}"))
        return document

    api.openapi = described  # type: ignore[method-assign]


def _add_example(operation: dict[str, Any], example: Any) -> None:
    for status, response in operation["responses"].items():
        if status in {"200", "201"} and example is not None and JSON in response.get("content", {}):
            response["content"][JSON]["example"] = example
