from __future__ import annotations

from typing import NamedTuple

Headers = list[tuple[bytes, bytes]]


class Asked(NamedTuple):
    """The request headers that the edge looks at."""

    origin: bytes
    accept_encoding: bytes
    if_none_match: bytes
    request_id: bytes
    asked_headers: bytes


NAMES = {
    b"origin": 0,
    b"accept-encoding": 1,
    b"if-none-match": 2,
    b"x-request-id": 3,
    b"access-control-request-headers": 4,
}


def asked(headers: Headers) -> Asked:
    """Look once over all headers."""
    found = [b"", b"", b"", b"", b""]
    for name, value in headers:
        index = NAMES.get(name)
        if index is not None:
            found[index] = value
    return Asked(*found)
