"""Generates HTTP requests: valid by the API's own description, or deliberately invalid."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tools.attack.values import body, escaped, hostile, valid

METHODS = ("GET",) * 12 + ("HEAD", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO")
HEADERS: tuple[str, ...] = (
    "Accept-Encoding: br",
    "Accept-Encoding: gzip;q=0, identity;q=0",
    "Accept-Encoding: *;q=x",
    "If-None-Match: *",
    'If-None-Match: "x", W/"y"',
    "If-None-Match: \xff",
    "If-Modified-Since: Sun Nov  8 08:49:37 2026",
    "Range: bytes=0-1",
    "Range: bytes=9-1,-0",
    "Origin: null",
    "Origin: http://localhost:3000",
    "Access-Control-Request-Method: DELETE",
    "Authorization: Bearer x",
    "Authorization: Basic \xff",
    "Cookie: " + "a=b; " * 40,
    "X-Request-ID: <script>",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-For: 1.2.3.4, \x01",
    "X-Forwarded-Proto: gopher",
    "Accept: application/x-ndjson",
    "Accept: */*;q=0",
    "Content-Type: application/xml",
    "Expect: 200-ok",
    "Upgrade: websocket",
    "Connection: keep-alive, Upgrade",
    "Accept-Language: " + "x" * 2_000,
    "Max-Forwards: -1",
)
# Routes that return a whole table in one response; requested only occasionally.
EXPENSIVE = ("/reports/export", "/geojson/hotspots", "/visualizations", "/comparison", "/pins")
EXPENSIVE_SHARE = 0.04
NOT_QUESTIONS = (
    "/status",
    "/reports/export",
    "/docs",
    "/files",
    "/datasets",
    "/feedback",
    "/tiles/",
    "/open311/discovery",
)


@dataclass(frozen=True)
class Input:
    """One request. ``kind`` is its category in the results."""

    kind: str
    data: bytes
    is_head: bool = False


@dataclass(frozen=True)
class Route:
    """A path of the API with its parameters, as its description lists them."""

    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] | None

    @property
    def is_expensive(self) -> bool:
        return any(part in self.path for part in EXPENSIVE)


def routes_of(openapi: Mapping[str, Any]) -> list[Route]:
    """Every route of a description, with its references resolved."""
    found = []
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            resolved = _resolved(operation, openapi, 0)
            content = resolved.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema") if content else None
            found.append(Route(method.upper(), path, tuple(resolved.get("parameters", ())), schema))
    return found


def _resolved(value: Any, whole: Mapping[str, Any], depth: int) -> Any:
    if isinstance(value, dict):
        if "$ref" in value and depth < 12:
            target: Any = whole
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            return _resolved(target, whole, depth + 1)
        return {key: _resolved(item, whole, depth + 1) for key, item in value.items() if key != "responses"}
    return [_resolved(item, whole, depth + 1) for item in value] if isinstance(value, list) else value


class ApiInputs:
    """Requests to the API. All randomness comes from the caller's generator."""

    def __init__(self, openapi: Mapping[str, Any], token: str = "") -> None:
        routes = routes_of(openapi)
        self.cheap = [route for route in routes if not route.is_expensive]
        self.expensive = [route for route in routes if route.is_expensive]
        self._token = token

    def route(self, chance: Random) -> Route:
        return chance.choice(self.expensive if chance.random() < EXPENSIVE_SHARE else self.cheap)

    def draw(self, chance: Random) -> Input:
        """A correctly framed request, whatever else is wrong with it."""
        route = self.route(chance)
        kind = chance.choices(
            ("valid", "values", "path", "method", "headers", "body"), (30, 30, 12, 4, 14, 10)
        )[0]
        is_hostile = 0.0 if kind == "valid" else 0.35 if kind == "values" else 0.05
        target = (
            spoiled_path(self.target(route, chance, is_hostile), chance)
            if kind == "path"
            else self.target(route, chance, is_hostile)
        )
        method = chance.choice(METHODS) if kind == "method" else route.method
        lines = chance.sample(HEADERS, chance.randrange(1, 4)) if kind == "headers" else []
        sent = self._body(route, kind, chance)
        return request(kind, method, target, lines, sent)

    def _body(self, route: Route, kind: str, chance: Random) -> bytes | None:
        if route.body is not None:
            if kind == "valid":
                return json.dumps(valid(route.body, chance)).encode()
            return body(route.body, chance)
        return body({"type": "object"}, chance) if kind == "body" else None

    def target(self, route: Route, chance: Random, is_hostile: float) -> str:
        """Path and query; each value is hostile with this probability."""
        path, pairs = route.path, []
        for one in route.parameters:
            schema, name = one.get("schema", {}), str(one["name"])
            spoil = chance.random() < is_hostile
            if one["in"] == "path":
                value = hostile(chance) if spoil else valid(schema, chance, name)
                path = path.replace("{" + name + "}", escaped(value, chance))
            elif one["in"] == "query" and (one.get("required") or chance.random() < 0.3):
                pairs += _pairs(name, hostile(chance) if spoil else valid(schema, chance, name), chance)
        if chance.random() < is_hostile / 4:
            pairs.append(f"{escaped(hostile(chance), chance)}={escaped(hostile(chance), chance)}")
        return path + ("?" + "&".join(pairs) if pairs else "")

    def questions(self, chance: Random) -> Iterator[tuple[str, list[str]]]:
        """An endless sequence of paths of cached responses, each with the parts of its query."""
        routes = [r for r in self.cheap if r.method == "GET" and not r.path.startswith(NOT_QUESTIONS)]
        while True:
            path, _, query = self.target(chance.choice(routes), chance, 0.02).partition("?")
            yield path, query.split("&") if query else []


def _pairs(name: str, value: Any, chance: Random) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [f"{name}={escaped(str(one).lower() if isinstance(one, bool) else one, chance)}" for one in values]


def spoiled_path(target: str, chance: Random) -> str:
    """The path with an unusual piece inserted."""
    at = chance.randrange(1, len(target) + 1)
    piece = chance.choice(
        (
            "/",
            "//",
            "/./",
            "/../",
            "%2e%2e/",
            "%2f",
            "%00",
            "%",
            "%zz",
            ";a=b",
            "?",
            "??",
            "&",
            "#",
            "\\",
            "%ff",
            "~",
            "*",
            "|",
            "%0d%0aX-Injected:1",
            "a" * 3_000,
        )
    )
    return target[:at] + piece + target[at:]


def request(kind: str, method: str, target: str, lines: list[str], sent: bytes | None) -> Input:
    """The bytes of a request to this machine."""
    head = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *lines]
    if sent is not None:
        has_type = any(line.startswith("Content-Type") for line in lines)
        head += [f"Content-Length: {len(sent)}", *([] if has_type else ["Content-Type: application/json"])]
    data = "\r\n".join([*head, "", ""]).encode("latin-1") + (sent or b"")
    return Input(kind, data, is_head=method == "HEAD")
