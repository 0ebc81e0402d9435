from __future__ import annotations

import random

import pytest

from lacity_data_api.cache.answer import Answer
from lacity_data_api.cache.memory import LONGEST_SPELLING, Memory

ROOM = 100_000


def _answer(size: int = 1_000) -> Answer:
    return Answer(b"x" * size, generation=1)


def test_never_holds_more_than_it_may() -> None:
    memory, chance = Memory(ROOM), random.Random(311)
    for number in range(2_000):
        key = f"key {chance.randint(0, 300)}"
        memory.put(key, _answer(chance.randint(0, 40_000)))
        memory.spell(key, (f"/{number}".encode(), b""))
        assert memory.bytes <= ROOM
        assert len(memory.by_spelling) <= 8 * len(memory)
        assert set(memory.by_spelling.values()) <= {entry.answer for entry in memory._entries.values()}


def test_spellings_are_part_of_what_it_may_hold() -> None:
    memory = Memory(ROOM)
    for number in range(200):
        memory.put(f"key {number}", _answer(10))
        for spelling in range(8):
            memory.spell(f"key {number}", (b"/path", f"pad={number}-{spelling}".ljust(900, "x").encode()))
    held = sum(len(path) + len(query) for path, query in memory.by_spelling)
    assert 0 < held < memory.bytes <= ROOM


def test_a_long_spelling_is_not_kept() -> None:
    memory = Memory(ROOM)
    memory.put("key", _answer())
    memory.spell("key", (b"/path", b"x" * LONGEST_SPELLING))
    assert memory.by_spelling == {}


def test_what_was_asked_last_stays() -> None:
    memory = Memory(ROOM)
    memory.put("kept", _answer())
    for number in range(200):
        memory.put(f"key {number}", _answer())
        assert memory.get("kept") is not None
    assert memory.get("key 0") is None


@pytest.mark.parametrize(("size", "is_kept"), [(ROOM // 4 - 2_000, True), (ROOM // 4, False)])
def test_one_answer_may_have_a_quarter(size: int, is_kept: bool) -> None:
    memory = Memory(ROOM)
    memory.put("key", _answer(size))
    assert (memory.get("key") is not None) == is_kept


def test_answer_that_has_grown_too_large_is_forgotten_with_its_spellings() -> None:
    memory, answer = Memory(ROOM), _answer(ROOM // 5)
    memory.put("key", answer)
    memory.spell("key", (b"/path", b""))
    answer.encodings["br"] = b"x" * (ROOM // 5)
    memory.put("key", answer)
    assert (memory.get("key"), memory.by_spelling, memory.bytes) == (None, {}, 0)


def test_another_generation_forgets_everything_else() -> None:
    memory, answer = Memory(ROOM), _answer()
    memory.put("old", _answer())
    memory.spell("old", (b"/old", b""))
    memory.replace_all([("new", answer)])
    assert (memory.get("old"), memory.by_spelling, len(memory)) == (None, {}, 1)
    assert memory.get("new") is answer


def test_what_is_not_kept_has_no_spelling() -> None:
    memory = Memory(ROOM)
    memory.spell("key", (b"/path", b""))
    assert memory.by_spelling == {}
