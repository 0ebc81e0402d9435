"""A request and its response, independent of the socket."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.faults import Fault

JSON = "application/json;charset=utf-8"
CSV = "text/csv;charset=utf-8"
GEOJSON = "application/vnd.geo+json;charset=utf-8"
HTML = "text/html;charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A client's request; header names are lower case."""

    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    client: str = ""
    body: bytes = b""

    @property
    def app_token(self) -> str:
        return self.headers.get("x-app-token") or self.parameters.get("$$app_token", "")


@dataclass(frozen=True)
class Response:
    """Status, headers and the body in pieces; ``faults`` are the transport faults to apply."""

    body: Iterable[bytes]
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response([json.dumps(content).encode() + b"\n"], status, JSON, headers or {})
