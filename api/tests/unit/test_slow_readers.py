from __future__ import annotations

import pytest

from lacity_data_api.http.slow_readers import PART_BYTES, parts_of


@pytest.mark.parametrize("size", [0, 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])
@pytest.mark.parametrize("is_more", [False, True])
def test_parts_are_the_body_in_order(size: int, is_more: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    parts = list(parts_of({"type": "http.response.body", "body": body, "more_body": is_more}))
    assert b"".join(part["body"] for part in parts) == body
    assert [part["more_body"] for part in parts] == [True] * (len(parts) - 1) + [is_more]
    assert all(len(part["body"]) <= PART_BYTES for part in parts)


def test_the_last_part_does_not_keep_the_whole_body() -> None:
    *_, last = parts_of({"type": "http.response.body", "body": b"x" * (2 * PART_BYTES)})
    assert isinstance(last["body"], bytes)
    assert len(last["body"]) == PART_BYTES


def test_a_small_body_is_not_copied() -> None:
    body = b"x" * PART_BYTES
    assert next(parts_of({"type": "http.response.body", "body": body}))["body"] is body
