"""CORS for an exact list of origins."""

from __future__ import annotations

from lacity_data_api.cache.cached_response import Headers

METHODS = b"GET, HEAD, POST, OPTIONS"
# Response headers that scripts of another origin may read.
EXPOSED = b"Allow, Content-Disposition, ETag, Link, Retry-After, X-Data-Generation, X-Request-ID"
PREFLIGHT_SECONDS = b"3600"


class Cors:
    """Headers for allowed origins; none for any other."""

    def __init__(self, origins: frozenset[bytes]) -> None:
        shared = [
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", EXPOSED),
        ]
        self._allowed: dict[bytes, Headers] = {
            origin: [(b"access-control-allow-origin", origin), *shared] for origin in origins
        }

    def headers(self, origin: bytes) -> Headers:
        """The headers to add to a response to this origin."""
        return self._allowed.get(origin, [])

    def preflight(self, origin: bytes, requested_headers: bytes) -> tuple[int, Headers]:
        """Status and further headers of the response to a preflight request."""
        if origin not in self._allowed:
            return 400, []
        return 204, [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", requested_headers or b"Content-Type"),
            (b"access-control-max-age", PREFLIGHT_SECONDS),
            (b"vary", b"Origin, Access-Control-Request-Headers"),
        ]
