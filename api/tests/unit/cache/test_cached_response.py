from __future__ import annotations

from collections.abc import Callable

import brotli
import orjson
import pytest

from lacity_data_api.cache.cached_response import (
    CACHE_CONTROL,
    FORMAT,
    IMMUTABLE,
    LARGE,
    MIN_COMPACTED_BYTES,
    NEGOTIATED,
    CachedResponse,
)
from lacity_data_api.cache.negotiation import is_match, preferred_encoding

BODY = b'{"councilId":52},'


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (b"", ""),
        (b"br", "br"),
        (b"gzip, br", "br"),
        (b"gzip;q=1.0, br;q=0.0", "gzip"),
        (b"*;q=0", ""),
        (b"*;q=0.1", "br"),
        (b"gzip;q=nonsense", ""),
        (b"br;q=-1", ""),
        (b"br;q=nan, gzip", "gzip"),
        (b"\xff\xfe", ""),
        (b",,;;==", ""),
    ],
)
def test_preferred_encoding(accepted: bytes, encoding: str) -> None:
    assert preferred_encoding(accepted) == encoding


@pytest.mark.parametrize(
    ("if_none_match", "matches"),
    [
        (b'"0123456789abcdef01234567"', True),
        (b'W/"0123456789abcdef01234567"', True),
        (b'"x", "0123456789abcdef01234567"', True),
        (b'"x",W/"0123456789abcdef01234567" , "y"', True),
        (b"*", True),
        (b" * ", True),
        (b"", False),
        (b"0123456789abcdef01234567", False),
        (b'"012345"', False),
        (b'"012345-br"', False),
        (b'"0123456789abcdef01234567d"', False),
        (b'"x0123456789abcdef01234567x"', False),
        (b'"0123456789abcdef01234567-gzip"', False),
        (b'"a*c"', False),
        (b'"not-\xff"', False),
    ],
)
def test_entity_tags_are_compared_as_a_whole(if_none_match: bytes, matches: bool) -> None:
    assert is_match(if_none_match, b'"0123456789abcdef01234567"') is matches


@pytest.mark.parametrize("size", [3_000, MIN_COMPACTED_BYTES])
def test_response_survives_redis_unchanged(size: int) -> None:
    response = CachedResponse.of((BODY * size)[:size], generation=7, link='</next>; rel="next"')
    response.encode("br")
    response.compact()
    again = CachedResponse.unpacked(response.packed())
    assert again is not None
    assert again.body == (BODY * size)[:size]
    assert (again.encodings, again.generation, again.link, again.digest, again.body_bytes) == (
        response.encodings,
        7,
        response.link,
        response.digest,
        size,
    )


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_large_body_is_kept_compressed_and_sent_as_before(encoding: str) -> None:
    whole, compacted = (CachedResponse.of(BODY * 20_000, generation=1) for _ in range(2))
    compacted.encode(encoding)
    compacted.compact()
    assert list(compacted.encodings) == [encoding]
    assert compacted.size < whole.size / 8
    for wanted in ("", "br", "gzip"):
        for response in (whole, compacted):
            if not response.has(wanted):
                response.encode(wanted)
        assert compacted.representation(wanted) == whole.representation(wanted)


@pytest.mark.parametrize(
    ("size", "encodings", "kept"),
    [
        (MIN_COMPACTED_BYTES - 1, ["br"], ["", "br"]),
        (MIN_COMPACTED_BYTES, [], [""]),
        (MIN_COMPACTED_BYTES, ["br", "gzip"], ["br", "gzip"]),
    ],
)
def test_only_a_large_and_compressed_body_is_dropped(
    size: int, encodings: list[str], kept: list[str]
) -> None:
    response = CachedResponse.of((BODY * size)[:size], generation=1)
    for encoding in encodings:
        response.encode(encoding)
    response.compact()
    assert list(response.encodings) == kept


@pytest.mark.parametrize("size", [10_000, 2_000_000])
def test_encoding_makes_it_smaller(size: int) -> None:
    response = CachedResponse.of(BODY * (size // len(BODY)), generation=1)
    for encoding in ("br", "gzip"):
        response.encode(encoding)
        assert len(response.encodings[encoding]) < size // 10
    assert response.size == sum(map(len, response.encodings.values())) > len(response.body)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_hit_and_304_have_the_same_validators(encoding: str) -> None:
    response = CachedResponse.of(BODY * 100, generation=3, link="</next>")
    response.encode("gzip")
    representation = response.representation(encoding)
    status, headers, body = representation.conditional(b'"other"')
    not_modified, fewer_headers, nothing = representation.conditional(representation.etag)
    assert (status, not_modified, nothing) == (200, 304, b"")
    assert body == representation.body
    left_out = {name for name, _ in headers} - {name for name, _ in fewer_headers}
    assert left_out == {b"content-type", b"content-length"} | ({b"content-encoding"} if encoding else set())


def test_a_response_without_a_body_is_204() -> None:
    empty = CachedResponse.of(b"", generation=1).representation("")
    status, headers, body = empty.conditional(b"")
    assert (status, body) == (204, b"")
    assert {name for name, _ in headers}.isdisjoint({b"content-type", b"content-length"})


@pytest.mark.parametrize(
    ("more", "vary"),
    [({}, b"Accept-Encoding, Origin"), ({"is_negotiated": True}, b"Accept, Accept-Encoding, Origin")],
)
def test_caches_learn_which_headers_select_the_response(more: dict[str, bool], vary: bytes) -> None:
    found = CachedResponse.of(BODY, generation=1, **more).representation("")
    assert dict(found.headers)[b"vary"] == dict(found.headers_not_modified)[b"vary"] == vary


def test_the_size_counts_body_link_and_encodings() -> None:
    response = CachedResponse.of(b"x" * 700, generation=1, link="</next>")
    assert response.size == 707
    response.encodings["br"] = b"x" * 30
    assert response.size == 737


@pytest.mark.parametrize(("size", "level"), [(LARGE, 5), (LARGE + 1, 2)])
def test_large_bodies_are_compressed_faster(size: int, level: int) -> None:
    response = CachedResponse.of((BODY * size)[:size], generation=1)
    response.encode("br")
    assert response.encodings == {"": response.body, "br": brotli.compress(response.body, quality=level)}


def test_only_immutable_responses_are_kept_without_asking_again() -> None:
    for more, control in (
        ({}, CACHE_CONTROL),
        ({"is_immutable": True}, IMMUTABLE),
        ({"is_negotiated": True}, NEGOTIATED),
    ):
        found = CachedResponse.of(BODY, generation=1, **more).representation("")
        assert dict(found.headers)[b"cache-control"] == control


def test_a_stored_response_with_unknown_fields_is_ignored() -> None:
    known = {"format": FORMAT, "sizes": {"": 0}, "generation": 1, "body_bytes": 0, "digest": "d"}
    assert CachedResponse.unpacked(orjson.dumps(known) + b"\n") is not None
    assert CachedResponse.unpacked(orjson.dumps(known | {"sizes": {}}) + b"\n") is None
    head = known | {"mood": "sunny"}
    assert CachedResponse.unpacked(orjson.dumps(head) + b"\n") is None
    assert CachedResponse.unpacked(orjson.dumps(head | {"sizes": [1]}) + b"\n") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[:-1],
        lambda packed: packed + b"x",
        lambda packed: packed.replace(f'"format":{FORMAT}'.encode(), f'"format":{FORMAT - 1}'.encode()),
        lambda packed: packed.replace(f'"format":{FORMAT}'.encode(), f'"format":{FORMAT + 1}'.encode()),
    ],
    ids=["cut off", "too long", "of an older version", "of a newer version"],
)
def test_a_stored_response_that_is_damaged_or_of_another_version_is_ignored(
    damage: Callable[[bytes], bytes],
) -> None:
    packed = CachedResponse.of(b"[1, 2]", generation=1).packed()
    assert CachedResponse.unpacked(packed) is not None
    assert damage(packed) != packed
    assert CachedResponse.unpacked(damage(packed)) is None
