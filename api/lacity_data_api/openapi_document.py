"""The OpenAPI document: FastAPI's, with examples, early rejections and the city's terms added."""

from __future__ import annotations

import asyncio
import copy
import threading
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.city.facts import City
from lacity_data_api.city.reader import FactsReader
from lacity_data_api.openapi import DEFINITIONS, JSON, Problem
from lacity_data_api.responding import REVALIDATED, send_document

PATH = "/openapi.json"
# Example responses by method and path.
EXAMPLES = Path(__file__).with_name("examples.json")
READ_BY_PEOPLE = frozenset({"description", "summary"})
TITLE = "311 Data"
DESCRIPTION = """
{name}311 service requests, updated nightly from the city's open-data portal.

* Public and read-only; no key is needed. Send the `ETag` of a GET or HEAD request back as `If-None-Match`;
  the response is 304 if nothing has changed.
* Times without a zone are the city's local time as published, unless the name or the description of a field
  says UTC.
* Pages of every origin may read `/files`, `/datasets`, `/tiles.json`, `/tiles`, `/geojson/hotspots`,
  `/open311` and `/requests/{{request_id}}/history`; for all other routes, an origin must be
  allowed by the operator.
* A 422 explains what is wrong with the request; `Retry-After` of a 503 says when to try again.
"""
# The tags of routes that never return 422, and of those that ignore unknown parameters.
OPEN311, LENIENT = "open311", "legacy"
INVALID = "422"
# FastAPI describes it for routes with parameters only, but the others reject unknown ones as well.
UNKNOWN_PARAMETER = {
    "description": "Validation Error",
    "content": {JSON: {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}},
}
PROBLEM = {"content": {JSON: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}}
# Responses of every operation before its route is reached: from the HTTP parser and the request limits.
REJECTED_EARLY = {
    "400": {
        "description": "Malformed HTTP, not exactly one Host, a URL of 64 kB or more, or a head above 128 kB",
        "content": {"text/plain": {}} | PROBLEM["content"],
    },
    "408": {"description": "The body took too long to arrive"} | PROBLEM,
    "413": {"description": "The body is too large"} | PROBLEM,
    "414": {"description": "The URL is too long"} | PROBLEM,
}


def describe(api: FastAPI, facts: FactsReader) -> None:
    """Serve the completed document instead of FastAPI's own."""
    document = Document(api, facts)
    api.openapi = lambda: document.of(facts.last_known_city)  # type: ignore[method-assign]
    api.add_route(PATH, document.respond, include_in_schema=False)


class Document:
    """The document in the terms of the served city, which is unknown until the database has been read."""

    def __init__(self, api: FastAPI, facts: FactsReader) -> None:
        self._generate = api.openapi
        self._facts = facts
        self._examples: dict[str, Any] = orjson.loads(EXAMPLES.read_bytes())
        # Examples of one city would mislead clients of another.
        self._shown_in = {"", self._examples.pop("city")}
        self._lock = threading.Lock()
        self._written: tuple[City, CachedResponse] | None = None

    async def respond(self, request: Request) -> Response:
        """The document as JSON, written once per city, in a thread because it takes half a second."""
        return await asyncio.to_thread(self._respond, request, await self._facts.city())

    def _respond(self, request: Request, city: City) -> Response:
        with self._lock:
            if self._written is None or self._written[0] != city:
                body = orjson.dumps(self.of(city))
                self._written = city, CachedResponse.of(body, generation=0, media_type=JSON)
            return send_document(request, self._written[1], REVALIDATED)

    def of(self, city: City) -> dict[str, Any]:
        """The document in the terms of this city."""
        # FastAPI keeps its document, so change a copy.
        document = copy.deepcopy(self._generate())
        document["info"]["title"] = f"{city.name} {TITLE}".strip()
        document["info"]["description"] = DESCRIPTION.format(name=f"{city.name}: " if city.name else "")
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _complete(operation)
                if city.name in self._shown_in:
                    _add_example(operation, self._examples.get(f"{method.upper()} {path}"))
        document["components"]["schemas"] |= _taken_definitions(document["paths"])
        spoken: dict[str, Any] = _spoken(document, city)
        return spoken


def _complete(operation: dict[str, Any]) -> None:
    """Add the rejections that FastAPI does not know, and remove the one that Open311 does not have."""
    operation["responses"] = REJECTED_EARLY | operation["responses"]
    if OPEN311 in operation["tags"]:
        operation["responses"].pop(INVALID, None)
    elif LENIENT not in operation["tags"]:
        operation["responses"].setdefault(INVALID, UNKNOWN_PARAMETER)


def _taken_definitions(part: Any) -> dict[str, Any]:
    """Removes the definitions from all schemas: references resolve from the root of the document."""
    if not isinstance(part, dict | list):
        return {}
    taken: dict[str, Any] = part.pop(DEFINITIONS, {}) if isinstance(part, dict) else {}
    for inner in part.values() if isinstance(part, dict) else part:
        taken |= _taken_definitions(inner)
    return taken


def _spoken(document: Any, city: City) -> Any:
    """The document with the city's terms in all summaries and descriptions; paths and keys stay the same."""
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
