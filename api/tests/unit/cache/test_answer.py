from __future__ import annotations

import datetime as dt

import pytest

from lacity_data_api.cache.answer import Answer, preferred
from lacity_data_api.cache.question import Question
from lacity_data_api.queries import Query
from lacity_data_api.requests.filters import Box


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
        (b"\xff\xfe", ""),
        (b",,;;==", ""),
    ],
)
def test_preferred_encoding(accepted: bytes, encoding: str) -> None:
    assert preferred(accepted) == encoding


def test_packed_answer_is_the_same_again() -> None:
    answer = Answer(b"[1]" * 1_000, generation=7, link='</next>; rel="next"')
    answer.encode("br")
    again = Answer.unpacked(answer.packed())
    assert again is not None
    assert (again.body, again.encodings, again.generation, again.link, again.digest) == (
        answer.body,
        answer.encodings,
        7,
        answer.link,
        answer.digest,
    )


@pytest.mark.parametrize("size", [10_000, 2_000_000])
def test_encoding_makes_it_smaller(size: int) -> None:
    answer = Answer(b'{"councilId":52},' * (size // 17), generation=1)
    for encoding in ("br", "gzip"):
        answer.encode(encoding)
        assert len(answer.encodings[encoding]) < size // 10
    assert answer.size == len(answer.body) + sum(map(len, answer.encodings.values()))


def _key(**parameters: object) -> str:
    return Question("requests", Query(""), parameters).key(7, "database")


def test_keys_are_bounded_and_tell_questions_apart() -> None:
    many = [_key(type_ids=list(range(number))) for number in range(300, 310)]
    assert len(set(many)) == 10
    assert max(map(len, many)) < 300


def test_empty_list_is_another_question_than_none() -> None:
    assert _key(type_ids=[]) != _key(type_ids=None) == _key()


def test_boxes_and_days_are_part_of_the_key() -> None:
    boxes = [_key(box=Box(-118, 34, -117, north)) for north in (35, 36)]
    days = [_key(start_date=dt.date(2020, 1, day)) for day in (1, 2)]
    assert len({*boxes, *days}) == 4
