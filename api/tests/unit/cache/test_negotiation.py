from __future__ import annotations

import pytest

from lacity_data_api.cache import negotiation
from lacity_data_api.cache.negotiation import MAX_KEPT_BYTES, is_match, kept_if_short, preferred_encoding


@pytest.mark.parametrize(("size", "calls"), [(MAX_KEPT_BYTES, 1), (MAX_KEPT_BYTES + 1, 2)])
def test_results_of_long_headers_are_not_kept(size: int, calls: int) -> None:
    """512 lists of 150 kB took 1.6 GB of a worker."""
    parsed: list[bytes] = []
    length = kept_if_short(lambda header: parsed.append(header) or len(header))
    assert [length(b"x" * size), length(b"x" * size)] == [size, size]
    assert len(parsed) == calls


def test_long_headers_mean_the_same() -> None:
    tags = b", ".join(b'"%d"' % number for number in range(10_000))
    assert is_match(tags, b'"9999"')
    assert not is_match(tags, b'"10000"')
    assert preferred_encoding(b"x," * 10_000 + b"gzip") == "gzip"
    assert preferred_encoding(b"x," * 10_000) == negotiation.IDENTITY
