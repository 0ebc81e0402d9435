"""Content coding and entity tags, as RFC 9110 defines them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

IDENTITY = ""
ENCODINGS = ("br", "gzip")
ENTITY_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
MAX_KEPT_BYTES = 1_000
T = TypeVar("T")


def kept_if_short(parse: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Keep the results of recent headers, except for long ones, with which a client could fill the memory."""
    kept = lru_cache(maxsize=512)(parse)
    return lambda header: (kept if len(header) <= MAX_KEPT_BYTES else parse)(header)


@kept_if_short
def preferred_encoding(accept_encoding: bytes) -> str:
    """``br`` or ``gzip`` if the Accept-Encoding header allows it, else the identity."""
    weights = dict(map(_weight, accept_encoding.decode("latin-1").lower().split(",")))
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


@kept_if_short
def _entity_tags(if_none_match: bytes) -> frozenset[bytes]:
    return frozenset(ENTITY_TAG.findall(if_none_match))


def is_match(if_none_match: bytes, etag: bytes) -> bool:
    """Whether the header lists this tag, or is ``*`` (RFC 9110 13.1.2: weak comparison, whole tags)."""
    return if_none_match.strip() == b"*" or etag in _entity_tags(if_none_match)
