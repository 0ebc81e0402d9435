"""CORS for an exact list of origins."""

from __future__ import annotations

from lacity_data_api.edge.types import Headers

METHODS = b"GET, HEAD, POST, OPTIONS"
LONGEST_PREFLIGHT_SECONDS = b"3600"


class Cors:
    """Headers for allowed origins; none for any other."""

    def __init__(self, origins: frozenset[bytes]) -> None:
        self._allowed: dict[bytes, Headers] = {origin: self._headers(origin) for origin in origins}

    @staticmethod
    def _headers(origin: bytes) -> Headers:
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", b"ETag, Link, X-Data-Generation, X-Request-ID"),
        ]

    def headers(self, origin: bytes) -> Headers:
        """What to add to an answer to this origin."""
        return self._allowed.get(origin, [])

    def preflight(self, origin: bytes, asked_headers: bytes) -> tuple[int, Headers]:
        """Status and headers of the answer to an OPTIONS request that asks for permission."""
        allowed = self._allowed.get(origin)
        if allowed is None:
            return 400, [(b"vary", b"Origin")]
        return 204, [
            *allowed,
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", asked_headers or b"Content-Type"),
            (b"access-control-max-age", LONGEST_PREFLIGHT_SECONDS),
            (b"vary", b"Origin, Access-Control-Request-Headers"),
        ]
