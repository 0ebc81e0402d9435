"""The Host header: RFC 9112 3.2 requires exactly one."""

from __future__ import annotations

import orjson
from starlette.types import Scope

from lacity_data_api.cache.cached_response import JSON, Headers

BODY = orjson.dumps({"detail": "One Host header is needed"})
HEADERS: Headers = [
    (b"content-type", JSON.encode()),
    (b"content-length", str(len(BODY)).encode()),
    (b"cache-control", b"no-store"),
    (b"connection", b"close"),
]


def has_one_host(scope: Scope) -> bool:
    """Given two hosts, a proxy and this server may each use a different one; HTTP/1.0 may omit the header."""
    hosts = [name for name, _ in scope["headers"]].count(b"host")
    return hosts == 1 or (hosts == 0 and scope["http_version"] == "1.0")
