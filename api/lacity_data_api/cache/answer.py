"""A finished answer: its bytes, its compressed forms and everything that goes with them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import brotli
import orjson

JSON = "application/json"
SMALLEST_COMPRESSED = 500
# Above this size compressing well costs more time than it saves on the wire.
LARGE = 1_000_000
# Browsers ask again each time and get 304; a CDN may answer for a minute, and longer when we are away.
CACHE_CONTROL = b"public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"
MAGIC = b"311\x02"
IDENTITY = ""
ENCODINGS = ("br", "gzip")


class Representation(NamedTuple):
    """One encoding of an answer, ready to be sent."""

    body: bytes
    headers: list[tuple[bytes, bytes]]
    headers_not_modified: list[tuple[bytes, bytes]]


@dataclass(eq=False)
class Answer:
    """A body under a generation of the data; encodings are added when a client first takes them."""

    body: bytes
    generation: int
    link: str = ""
    media_type: str = JSON
    digest: str = ""
    encodings: dict[str, bytes] = field(default_factory=dict)
    ready: dict[str, Representation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.digest = self.digest or hashlib.blake2b(self.body, digest_size=12).hexdigest()

    @property
    def size(self) -> int:
        """Bytes held, all encodings together, and the link."""
        return len(self.body) + len(self.link) + sum(map(len, self.encodings.values()))

    def encoding_for(self, accepted: bytes) -> str:
        """The encoding to send to a client with this Accept-Encoding."""
        return preferred(accepted) if len(self.body) >= SMALLEST_COMPRESSED else IDENTITY

    def has(self, encoding: str) -> bool:
        return encoding == IDENTITY or encoding in self.encodings

    def encode(self, encoding: str) -> None:
        """Compress once; takes up to a second for the largest bodies and needs no event loop."""
        is_large = len(self.body) > LARGE
        if encoding == "br":
            self.encodings["br"] = brotli.compress(self.body, quality=1 if is_large else 5)
        elif encoding == "gzip":
            self.encodings["gzip"] = gzip.compress(self.body, 1 if is_large else 6, mtime=0)

    def representation(self, encoding: str) -> Representation:
        """The encoding with its headers; it must have been made before."""
        ready = self.ready.get(encoding)
        if ready is None:
            ready = self.ready[encoding] = self._represent(encoding)
        return ready

    def _represent(self, encoding: str) -> Representation:
        body = self.encodings[encoding] if encoding else self.body
        kept = [
            (b"etag", f'"{self.digest}{"-" if encoding else ""}{encoding}"'.encode()),
            (b"cache-control", CACHE_CONTROL),
            (b"vary", b"Accept-Encoding, Origin"),
            # Lets whoever watches from outside see that no answer mixes generations and none goes back.
            (b"x-data-generation", str(self.generation).encode()),
        ]
        if self.link:
            kept.append((b"link", self.link.encode()))
        described = [
            (b"content-type", self.media_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        if encoding:
            described.append((b"content-encoding", encoding.encode()))
        return Representation(body, kept + described, kept)

    def is_known(self, if_none_match: bytes) -> bool:
        """Whether the client holds this answer, in any encoding (RFC 9110 13.1.2: weak comparison)."""
        return self.digest.encode() in if_none_match or if_none_match.strip() == b"*"

    def packed(self) -> bytes:
        """For Redis: magic, length of the head, head, bodies."""
        parts = [(IDENTITY, self.body), *self.encodings.items()]
        head = orjson.dumps(
            {
                "generation": self.generation,
                "media_type": self.media_type,
                "link": self.link,
                "digest": self.digest,
                "parts": [(name, len(content)) for name, content in parts],
            }
        )
        return b"".join([MAGIC, len(head).to_bytes(4, "big"), head, *(content for _, content in parts)])

    @classmethod
    def unpacked(cls, packed: bytes) -> Answer | None:
        """What ``packed`` made; None for anything else, such as the format of another version."""
        try:
            return cls._unpacked(packed)
        except (ValueError, KeyError, TypeError):
            return None

    @classmethod
    def _unpacked(cls, packed: bytes) -> Answer:
        if not packed.startswith(MAGIC):
            raise ValueError("another format")
        start = len(MAGIC) + 4
        end = start + int.from_bytes(packed[len(MAGIC) : start], "big")
        head = orjson.loads(packed[start:end])
        parts: dict[str, bytes] = {}
        for name, length in head.pop("parts"):
            parts[name] = packed[end : end + length]
            end += length
        if end != len(packed):
            raise ValueError("cut off")
        return cls(body=parts.pop(IDENTITY), encodings=parts, **head)


@lru_cache(maxsize=512)
def preferred(accepted: bytes) -> str:
    """``br`` or ``gzip`` if the Accept-Encoding header allows it, else the identity."""
    weights = dict(map(_weight, accepted.decode("latin-1").lower().split(",")))
    for name in ENCODINGS:
        if weights.get(name, weights.get("*", 0)) > 0:
            return name
    return IDENTITY


def _weight(part: str) -> tuple[str, float]:
    name, _, parameter = part.partition(";")
    _, _, value = parameter.partition("=")
    try:
        return name.strip(), float(value) if value.strip() else 1.0
    except ValueError:
        return name.strip(), 0.0
