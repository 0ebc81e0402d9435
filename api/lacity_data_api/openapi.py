"""Completes the OpenAPI document: FastAPI does not know the responses, which are created outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import BaseModel

from lacity_data_api.city.facts import City
from lacity_data_api.city.reader import FactsReader

Responses = dict[int | str, dict[str, Any]]
# Example responses by method and path.
EXAMPLES = Path(__file__).with_name("examples.json")
JSON = "application/json"
READ_BY_PEOPLE = frozenset({"description", "summary"})


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
PROBLEM = {"content": {JSON: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}}
# Responses of every operation before its route is reached: from the HTTP parser and the request limits.
REJECTED_EARLY = {
    "400": {
        "description": "Malformed HTTP, two Host headers, a URL of 64 kB or more, or a head above 128 kB",
        "content": {"text/plain": {}},
    },
    "408": {"description": "The body took too long to arrive"} | PROBLEM,
    "413": {"description": "The body is too large"} | PROBLEM,
    "414": {"description": "The URL is too long"} | PROBLEM,
    "429": {"description": "Too many downloads or messages from one client"} | PROBLEM,
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
LINK = {"Link": {"description": 'The next page, as rel="next"', "schema": {"type": "string"}}}


TITLE = "311 Data"
DESCRIPTION = """
{name}311 service requests, updated nightly from the city's open-data portal.

* Public and read-only; no key is needed. Send an `ETag` back as `If-None-Match` and get 304.
* Times are the city's local time as published, without a zone, unless a name says UTC.
* 422 explains what is wrong with a request; `Retry-After` of a 503 says when to try again.
"""


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


def document_of(media_type: str, model: type[BaseModel] | None = None) -> Responses:
    """A cached response with another media type; JSON documents have a model."""
    schema = model.model_json_schema() if model else {"type": "string"}
    found = {"content": {media_type: {"schema": schema}}, "headers": HEADERS, "description": "The document"}
    return {200: found} | NOT_MODIFIED | UNAVAILABLE


BINARY = {"type": "string", "format": "binary"}
JSON_OBJECT = {"type": "object"}


def file_of(media_type: str, schema: dict[str, str] = BINARY) -> Responses:
    """A file that is streamed while it is created."""
    content = {media_type.partition(";")[0]: {"schema": schema}}
    return {200: {"content": content, "description": "The file"}} | UNAVAILABLE


def describe(api: FastAPI, facts: FactsReader) -> None:
    """Add early rejections, the examples in ``examples.json``, and the city's name from the database."""
    generate = api.openapi
    examples: dict[str, Any] = orjson.loads(EXAMPLES.read_bytes())
    # Examples of one city would mislead clients of another.
    shown_in = {"", examples.pop("city")}

    def described() -> dict[str, Any]:
        document = generate()
        served = facts.last_known_city
        city = served.name
        document["info"]["title"] = f"{city} {TITLE}".strip()
        document["info"]["description"] = DESCRIPTION.format(name=f"{city}: " if city else "")
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                example = examples.get(f"{method.upper()} {path}") if city in shown_in else None
                operation["responses"] = REJECTED_EARLY | operation["responses"]
                _add_example(operation, example)
        spoken: dict[str, Any] = _spoken(document, served)
        return spoken

    api.openapi = described  # type: ignore[method-assign]


def _spoken(document: Any, city: City) -> Any:
    """The document with the city's words in all descriptions; paths and keys stay the same."""
    if isinstance(document, list):
        return [_spoken(part, city) for part in document]
    if not isinstance(document, dict):
        return document
    return {
        key: city.spoken(part) if key in READ_BY_PEOPLE and isinstance(part, str) else _spoken(part, city)
        for key, part in document.items()
    }


def _add_example(operation: dict[str, Any], example: Any) -> None:
    for status, response in operation["responses"].items():
        if status in {"200", "201"} and example is not None and JSON in response.get("content", {}):
            response["content"][JSON]["example"] = example
