"""The Host header, of which RFC 9112 3.2 demands exactly one."""

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
    """Two hosts may mean two sites to a proxy and to us; HTTP/1.0 may name none."""
    hosts = [name for name, _ in scope["headers"]].count(b"host")
    return hosts == 1 or (hosts == 0 and scope["http_version"] == "1.0")
