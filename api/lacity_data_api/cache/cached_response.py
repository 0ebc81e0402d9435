"""A cached response: its bytes, their compressed forms, and all of its headers."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from typing import NamedTuple

import brotli
import orjson

from lacity_data_api.cache.negotiation import IDENTITY, is_match, preferred_encoding

JSON = "application/json"
SMALLEST_COMPRESSED = 500
# Above this size a high compression level costs more time than it saves on the wire.
LARGE = 1_000_000
# Browsers revalidate each time and get 304; a CDN may serve it for a minute, or a day while the API is down.
CACHE_CONTROL = b"public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"
IMMUTABLE = b"public, max-age=31536000, immutable"
FORMAT = 4

Headers = list[tuple[bytes, bytes]]


class Representation(NamedTuple):
    """One encoding of a response, ready to be sent."""

    body: bytes
    etag: bytes
    headers: Headers
    headers_not_modified: Headers

    def conditional(self, if_none_match: bytes) -> tuple[int, Headers, bytes]:
        """Status, headers and body for a client that sent this If-None-Match header; 204 without a body."""
        if if_none_match and is_match(if_none_match, self.etag):
            return 304, self.headers_not_modified, b""
        return 200 if self.body else 204, self.headers, self.body


@dataclass(eq=False)
class CachedResponse:
    """A body and the generation of the data it was made from; encodings are added on demand."""

    body: bytes
    generation: int
    link: str = ""
    media_type: str = JSON
    is_immutable: bool = False
    digest: str = ""
    # Whether the Accept header selects the media type.
    is_negotiated: bool = False
    encodings: dict[str, bytes] = field(default_factory=dict)
    _representations: dict[str, Representation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.digest = self.digest or hashlib.blake2b(self.body, digest_size=12).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all encodings and of the link."""
        return len(self.body) + len(self.link) + sum(map(len, self.encodings.values()))

    def encoding_for(self, accept_encoding: bytes) -> str:
        """The encoding to send to a client with this Accept-Encoding header."""
        return preferred_encoding(accept_encoding) if len(self.body) >= SMALLEST_COMPRESSED else IDENTITY

    def has(self, encoding: str) -> bool:
        """Whether this encoding can be sent without compressing first."""
        return encoding == IDENTITY or encoding in self.encodings

    def encode(self, encoding: str) -> None:
        """Compress the body. Takes up to a second for the largest bodies; may run in a thread."""
        is_large = len(self.body) > LARGE
        if encoding == "br":
            self.encodings["br"] = brotli.compress(self.body, quality=1 if is_large else 5)
        elif encoding == "gzip":
            self.encodings["gzip"] = gzip.compress(self.body, 1 if is_large else 6, mtime=0)

    def representation(self, encoding: str) -> Representation:
        """The encoding with its headers; ``has(encoding)`` must be true."""
        found = self._representations.get(encoding)
        if found is None:
            found = self._representations[encoding] = self._represent(encoding)
        return found

    def _represent(self, encoding: str) -> Representation:
        body = self.encodings[encoding] if encoding else self.body
        etag = f'"{self.digest}{"-" if encoding else ""}{encoding}"'.encode()
        vary = b"Accept, Accept-Encoding, Origin" if self.is_negotiated else b"Accept-Encoding, Origin"
        cached = [
            (b"etag", etag),
            (b"cache-control", IMMUTABLE if self.is_immutable else CACHE_CONTROL),
            (b"vary", vary),
            # Lets monitoring verify that no response mixes generations or goes back to an older one.
            (b"x-data-generation", str(self.generation).encode()),
        ]
        if self.link:
            cached.append((b"link", self.link.encode()))
        if not body:
            return Representation(body, etag, cached, cached)
        content = [
            (b"content-type", self.media_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        if encoding:
            content.append((b"content-encoding", encoding.encode()))
        return Representation(body, etag, cached + content, cached)

    def packed(self) -> bytes:
        """The format stored in Redis: one line of JSON, then the bodies."""
        parts = {IDENTITY: self.body, **self.encodings}
        head = {
            "format": FORMAT,
            "sizes": {name: len(part) for name, part in parts.items()},
            "generation": self.generation,
            "media_type": self.media_type,
            "is_immutable": self.is_immutable,
            "link": self.link,
            "digest": self.digest,
            "is_negotiated": self.is_negotiated,
        }
        return b"".join([orjson.dumps(head), b"\n", *parts.values()])

    @classmethod
    def unpacked(cls, packed: bytes) -> CachedResponse | None:
        """The inverse of ``packed``; None for any other input, such as the format of another version."""
        try:
            start = packed.index(b"\n") + 1
            head = orjson.loads(packed[:start])
            parts: dict[str, bytes] = {}
            for name, size in head.pop("sizes").items():
                parts[name] = packed[start : start + size]
                start += size
            if head.pop("format") != FORMAT or start != len(packed):
                return None
            return cls(body=parts.pop(IDENTITY), encodings=parts, **head)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
