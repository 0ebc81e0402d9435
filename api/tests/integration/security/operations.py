"""Every operation of the OpenAPI document, as a valid request in which one part can be replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from tests.support.serving import ADMIN, Api

# A part of a request: its place and its name.
Part = tuple[str, str]
SAMPLES = {"integer": 1, "number": 1.5, "boolean": False, "array": [], "string": "text", "object": {}}
# Left out, because it primes everything each time.
LEFT_OUT = {"/status/reset-cache"}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    parameters: dict[Part, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parts(self) -> list[Part]:
        return [*self.parameters, *(("body", name) for name in _leaves(self.body or {}))]

    def ask(self, api: Api, part: Part, value: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Send a valid request with this part replaced."""
        given = self.parameters | ({part: value} if part in self.parameters else {})
        path = self.path
        for (place, name), content in given.items():
            if place == "path":
                path = path.replace(f"{{{name}}}", quote(str(content), safe=""))
        query = {
            name: content
            for (place, name), content in given.items()
            if place == "query" and content is not None
        }
        content = None if self.body is None else json.dumps(_replaced(self.body, part, value))
        described = ADMIN | {"Content-Type": "application/json"} | (headers or {})
        return api.client.request(self.method, path, params=query, content=content, headers=described)


def _leaves(body: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Names of the fields; nested ones contain a dot."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _replaced(body: dict[str, Any], part: Part, value: str) -> dict[str, Any]:
    changed = deepcopy(body)
    place, path = part
    if place == "body":
        *outer, last = path.split(".")
        inner = changed
        for name in outer:
            inner = inner[name]
        inner[last] = [value] if isinstance(inner[last], list) else value
    return changed


def operations(document: dict[str, Any]) -> list[Operation]:
    """All operations of the document."""
    return [
        Operation(
            method.upper(),
            path,
            {
                (parameter["in"], parameter["name"]): _sample(document, parameter["schema"], parameter)
                for parameter in described.get("parameters", [])
                if parameter["in"] != "query" or parameter.get("required")
            }
            | _optional(described),
            _body(document, described),
        )
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        if path not in LEFT_OUT
    ]


def _optional(described: dict[str, Any]) -> dict[Part, Any]:
    return {
        ("query", parameter["name"]): None
        for parameter in described.get("parameters", [])
        if parameter["in"] == "query" and not parameter.get("required")
    }


def _body(document: dict[str, Any], described: dict[str, Any]) -> dict[str, Any] | None:
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else _sample(document, content["schema"], {})


def _sample(document: dict[str, Any], schema: dict[str, Any], parameter: dict[str, Any]) -> Any:
    """A valid value: an example, or one from the schema."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    examples = parameter.get("examples") or schema.get("examples")
    if examples:
        return examples[0]
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][0]
    if "properties" in schema:
        return {name: _sample(document, part, {}) for name, part in schema["properties"].items()}
    return SAMPLES[schema.get("type", "string")]
