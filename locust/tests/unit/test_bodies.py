from __future__ import annotations

import gzip

import brotli
import pytest

from scenarios.bodies import decompressed

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
