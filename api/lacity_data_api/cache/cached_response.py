"""A cached response: its body in one or more encodings, and all of its headers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import brotli
import orjson
from isal import igzip

from lacity_data_api.cache.negotiation import IDENTITY, is_match, preferred_encoding

JSON = "application/json"
MIN_COMPRESSED_BYTES = 500
# Above this size a high compression level costs more time than it saves on the wire.
LARGE = 250_000
MIN_COMPACTED_BYTES = 65_536
# Browsers revalidate each time and get 304; a CDN may serve it for a minute, or a day while the API is down.
CACHE_CONTROL = b"public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"
# Most CDNs ignore Vary: Accept, and would send one client's media type to another.
NEGOTIATED = b"private, max-age=0"
IMMUTABLE = b"public, max-age=31536000, immutable"
FORMAT = 5

DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": igzip.decompress}

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
    """A body and the generation of the data it was made from; encodings are added on demand.

    ``encodings`` has at least one, by name, and not always the body itself (``IDENTITY``).
    """

    encodings: dict[str, bytes]
    generation: int
    body_bytes: int
    digest: str
    link: str = ""
    media_type: str = JSON
    is_immutable: bool = False
    # Whether the Accept header selects the media type.
    is_negotiated: bool = False
    _representations: dict[str, Representation] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, body: bytes, generation: int, link: str = "", media_type: str = JSON, **more: bool) -> Self:
        """A new response with this body."""
        # Processors have instructions for SHA-256: it takes a third of the time of blake2b.
        digest = hashlib.sha256(body).hexdigest()[:24]
        return cls({IDENTITY: body}, generation, len(body), digest, link, media_type, **more)

    @property
    def body(self) -> bytes:
        """The body itself; decompressed each time unless it is kept."""
        kept = self.encodings.get(IDENTITY)
        if kept is not None:
            return kept
        encoding = min(self.encodings)
        return DECOMPRESS[encoding](self.encodings[encoding])

    @property
    def size(self) -> int:
        """Bytes of all encodings and of the link."""
        return len(self.link) + sum(map(len, self.encodings.values()))

    def encoding_for(self, accept_encoding: bytes) -> str:
        """The encoding to send to a client with this Accept-Encoding header."""
        return preferred_encoding(accept_encoding) if self.body_bytes >= MIN_COMPRESSED_BYTES else IDENTITY

    def has(self, encoding: str) -> bool:
        """Whether this encoding can be sent without making it first."""
        return encoding in self.encodings

    def encode(self, encoding: str) -> None:
        """Make an encoding. Takes up to a second for the largest bodies; may run in a thread."""
        body, is_large = self.body, self.body_bytes > LARGE
        if encoding == "br":
            self.encodings["br"] = brotli.compress(body, quality=2 if is_large else 5)
        elif encoding == "gzip":
            self.encodings["gzip"] = igzip.compress(body, 2 if is_large else 3, mtime=0)
        else:
            self.encodings[IDENTITY] = body

    def compact(self) -> None:
        """Keep a large body only compressed, if it is: it takes a seventh of the memory."""
        if self.body_bytes >= MIN_COMPACTED_BYTES and len(self.encodings) > 1:
            self.encodings.pop(IDENTITY, None)

    def representation(self, encoding: str) -> Representation:
        """The encoding with its headers; ``has(encoding)`` must be true."""
        found = self._representations.get(encoding)
        if found is None:
            found = self._representations[encoding] = self._represent(encoding)
        return found

    def _represent(self, encoding: str) -> Representation:
        body = self.encodings[encoding]
        etag = f'"{self.digest}{"-" if encoding else ""}{encoding}"'.encode()
        vary = b"Accept, Accept-Encoding, Origin" if self.is_negotiated else b"Accept-Encoding, Origin"
        cached = [
            (b"etag", etag),
            (b"cache-control", self._cache_control()),
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

    def _cache_control(self) -> bytes:
        if self.is_negotiated:
            return NEGOTIATED
        return IMMUTABLE if self.is_immutable else CACHE_CONTROL

    def packed(self) -> bytes:
        """The format stored in Redis: one line of JSON, then the bodies."""
        head = {
            "format": FORMAT,
            "sizes": {name: len(part) for name, part in self.encodings.items()},
            "generation": self.generation,
            "body_bytes": self.body_bytes,
            "media_type": self.media_type,
            "is_immutable": self.is_immutable,
            "link": self.link,
            "digest": self.digest,
            "is_negotiated": self.is_negotiated,
        }
        return b"".join([orjson.dumps(head), b"\n", *self.encodings.values()])

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
            return cls(parts, **head) if parts else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
