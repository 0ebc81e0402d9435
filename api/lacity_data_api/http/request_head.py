"""The request headers that the front reads."""

from __future__ import annotations

from typing import NamedTuple

Headers = list[tuple[bytes, bytes]]


class RequestHead(NamedTuple):
    origin: bytes
    accept_encoding: bytes
    if_none_match: bytes
    request_id: bytes
    requested_headers: bytes


POSITIONS = {
    b"origin": 0,
    b"accept-encoding": 1,
    b"if-none-match": 2,
    b"x-request-id": 3,
    b"access-control-request-headers": 4,
}


def request_head(headers: Headers) -> RequestHead:
    """One pass over all headers; empty where one is missing."""
    found = [b"", b"", b"", b"", b""]
    for name, value in headers:
        position = POSITIONS.get(name)
        if position is not None:
            found[position] = value
    return RequestHead(*found)
