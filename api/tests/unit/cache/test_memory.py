from __future__ import annotations

import random

import pytest

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.memory import MAX_URL_LENGTH, MAX_URLS_PER_ENTRY, MAX_VARIANTS_PER_URL, Memory
from lacity_data_api.http.access_log import Outcome
from lacity_data_api.http.prepared import OBJECTS_BYTES, PreparedResponse

ROOM = 100_000


def _response(size: int = 1_000) -> CachedResponse:
    return CachedResponse.of(b"x" * size, generation=1)


def test_never_holds_more_than_it_may() -> None:
    memory, chance = Memory(ROOM), random.Random(311)
    for number in range(2_000):
        key = f"key {chance.randint(0, 300)}"
        memory.put(key, _response(chance.randint(0, 40_000)))
        memory.add_url(key, (f"/{number}".encode(), b""), "/route")
        assert memory.bytes <= ROOM
        assert len(memory.by_url) <= 8 * len(memory)
        assert {entry.response for entry in memory.by_url.values()} <= {
            memory.get(f"key {one}") for one in range(301)
        }


def test_urls_count_towards_the_limit() -> None:
    memory = Memory(ROOM)
    for number in range(200):
        memory.put(f"key {number}", _response(10))
        for url in range(8):
            memory.add_url(
                f"key {number}", (b"/path", f"pad={number}-{url}".ljust(900, "x").encode()), "/route"
            )
    held = sum(sum(map(len, url)) for url in memory.by_url)
    assert 0 < held < memory.bytes <= ROOM


def test_a_response_that_is_stored_again_keeps_its_urls_and_their_size() -> None:
    memory, response = Memory(ROOM), _response()
    memory.put("key", response)
    memory.add_url("key", (b"/path", b"a=1"), "/route")
    before = memory.bytes
    memory.put("key", response)
    assert memory.bytes == before
    assert memory.find_url(b"/path", b"a=1", b"") is not None


def test_a_response_has_only_so_many_urls_and_a_url_only_one_response() -> None:
    memory = Memory(ROOM)
    for key in ("first", "second"):
        memory.put(key, _response())
        for number in range(MAX_URLS_PER_ENTRY + 1):
            memory.add_url(key, (b"/path", str(number).encode()), "/route")
    keys = [entry.key for entry in memory.by_url.values()]
    assert keys == ["first"] * MAX_URLS_PER_ENTRY + ["second"]


def test_a_url_may_depend_on_the_accept_header() -> None:
    memory = Memory(ROOM)
    for key, url in {"any": (b"/any", b""), "lines": (b"/changes", b"", b"application/x-ndjson")}.items():
        memory.put(key, _response())
        memory.add_url(key, url, "/route")
    found = [
        memory.find_url(path, b"", accept)
        for path, accept in (
            (b"/any", b"text/html"),
            (b"/changes", b"application/x-ndjson"),
            (b"/changes", b"text/html"),
        )
    ]
    assert [entry and entry.key for entry in found] == ["any", "lines", None]


def test_a_long_url_is_not_kept() -> None:
    memory = Memory(ROOM)
    memory.put("key", _response())
    memory.add_url("key", (b"/path", b"x" * MAX_URL_LENGTH), "/route")
    assert memory.by_url == {}


def test_most_recently_used_response_stays() -> None:
    memory = Memory(ROOM)
    memory.put("kept", _response())
    for number in range(200):
        memory.put(f"key {number}", _response())
        assert memory.get("kept") is not None
    assert memory.get("key 0") is None


@pytest.mark.parametrize(("size", "is_kept"), [(ROOM // 4 - 2_000, True), (ROOM // 4, False)])
def test_one_response_may_have_a_quarter(size: int, is_kept: bool) -> None:
    memory = Memory(ROOM)
    memory.put("key", _response(size))
    assert (memory.get("key") is not None) == is_kept


def test_response_that_has_grown_too_large_is_forgotten_with_its_urls() -> None:
    memory, response = Memory(ROOM), _response(ROOM // 5)
    memory.put("key", response)
    memory.add_url("key", (b"/path", b""), "/route")
    response.encodings["br"] = b"x" * (ROOM // 5)
    memory.put("key", response)
    assert (memory.get("key"), memory.by_url, memory.bytes) == (None, {}, 0)


def test_another_generation_forgets_everything_else() -> None:
    memory, response = Memory(ROOM), _response()
    memory.put("old", _response())
    memory.add_url("old", (b"/old", b""), "/route")
    memory.replace_all([("new", response)])
    assert (memory.get("old"), memory.by_url, len(memory)) == (None, {}, 1)
    assert memory.get("new") is response


def test_response_that_is_not_kept_has_no_url() -> None:
    memory = Memory(ROOM)
    memory.add_url("key", (b"/path", b""), "/route")
    assert memory.by_url == {}


HEADERS = [(b"x-request-id", b"")]


def _prepared() -> PreparedResponse:
    return PreparedResponse.of(HEADERS, b"", Outcome("GET", "/route", "/path", b"", 200, 0))


def test_prepared_responses_count_towards_the_limit() -> None:
    memory, chance = Memory(ROOM), random.Random(311)
    for number in range(3_000):
        key, url = f"key {chance.randint(0, 40)}", (f"/{chance.randint(0, 200)}".encode(), b"")
        memory.put(key, _response()) if number % 7 == 0 else memory.add_url(key, url, "/route")
        if found := memory.by_url.get(url):
            memory.add_prepared(found, (b"br", b"", f"{chance.random()}".encode()), _prepared())
        held = sum(OBJECTS_BYTES * len(entry.prepared) for entry in memory.by_url.values())
        assert held < memory.bytes <= ROOM
        assert all(len(entry.prepared) <= MAX_VARIANTS_PER_URL for entry in memory.by_url.values())
    memory.replace_all([])
    assert (memory.bytes, memory.by_url) == (0, {})


def test_nothing_is_prepared_for_a_url_that_means_something_else_by_now() -> None:
    memory, url = Memory(ROOM), (b"/path", b"")
    memory.put("key", _response())
    memory.add_url("key", url, "/route")
    found = memory.by_url[url]
    memory.put("key", _response())
    memory.add_prepared(found, (b"", b"", b""), _prepared())
    assert memory.by_url[url].prepared == found.prepared == {}


def test_a_variant_with_long_headers_is_not_prepared() -> None:
    memory, url = Memory(ROOM), (b"/path", b"")
    memory.put("key", _response())
    memory.add_url("key", url, "/route")
    memory.add_prepared(memory.by_url[url], (b"", b"", b"x" * 1_001), _prepared())
    assert memory.by_url[url].prepared == {}


def test_an_entry_takes_its_bytes_its_key_and_its_objects() -> None:
    memory = Memory(ROOM)
    memory.put("a key", _response(700))
    assert memory.bytes == 700 + len("a key") + 1_000


def test_a_url_has_many_variants_and_starts_again_when_there_are_too_many() -> None:
    memory, url = Memory(1_000_000), (b"/path", b"")
    memory.put("key", _response())
    memory.add_url("key", url, "/route")
    before, found = memory.bytes, memory.by_url[url]
    for number in range(MAX_VARIANTS_PER_URL):
        memory.add_prepared(found, (b"br", b"", f"{number:02}".encode()), _prepared())
    assert len(found.prepared) == MAX_VARIANTS_PER_URL
    of_one = (memory.bytes - before) / MAX_VARIANTS_PER_URL
    memory.add_prepared(found, (b"br", b"", b"99"), _prepared())
    assert list(found.prepared) == [(b"br", b"", b"99")]
    assert memory.bytes - before == of_one
