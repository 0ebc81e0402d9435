from __future__ import annotations

import gzip

import brotli
import pytest

from scenarios.bodies import decompressed, number_of_requests, request_ids

BODY = b'[{"requestId": 1234567, "typeName": "Graffiti"}, ' * 5_000
SENT = {"gzip": gzip.compress(BODY), "br": brotli.compress(BODY), "": BODY}


@pytest.mark.parametrize("encoding", SENT)
def test_a_body_is_decompressed_whole_or_in_part(encoding: str) -> None:
    assert decompressed(SENT[encoding], encoding) == BODY
    assert decompressed(SENT[encoding], encoding, 1_000) == BODY[:1_000]
    assert decompressed(SENT[encoding], encoding, 0) == b""


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_an_empty_body_stays_empty(encoding: str) -> None:
    assert decompressed(b"", encoding) == b""


@pytest.mark.parametrize("space", [b"", b" "])
def test_requests_are_found_and_counted_without_parsing(space: bytes) -> None:
    """With a space after the colon, or without."""
    body = b'[{"requestId":%s7,"typeId":1},{"requestId":%s12,"typeId":2}]' % (space, space)
    assert request_ids(body) == [b"7", b"12"]
    assert number_of_requests(body) == 2
    assert number_of_requests(b"[]") == 0
