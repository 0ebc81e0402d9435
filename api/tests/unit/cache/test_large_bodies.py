from __future__ import annotations

import pytest

from lacity_data_api.cache import large_bodies
from lacity_data_api.cache.large_bodies import MIN_LARGE_BYTES, LargeBodies
from lacity_data_api.errors import BusyError


def large_body() -> bytes:
    """A new object each time."""
    return bytes(MIN_LARGE_BYTES)


def test_a_body_counts_once_until_its_last_client_has_it() -> None:
    sent, body = LargeBodies(), large_body()
    with sent.held(body):
        with sent.held(body):
            assert sent.bytes == MIN_LARGE_BYTES
        assert sent.bytes == MIN_LARGE_BYTES
    assert sent.bytes == 0


def test_every_body_counts() -> None:
    sent = LargeBodies()
    with sent.held(large_body()), sent.held(large_body()):
        assert sent.bytes == 2 * MIN_LARGE_BYTES
    assert sent.bytes == 0


def test_small_bodies_do_not_count() -> None:
    sent = LargeBodies()
    with sent.held(bytes(MIN_LARGE_BYTES - 1)):
        assert sent.bytes == 0


def test_a_client_that_leaves_gives_its_share_back() -> None:
    sent = LargeBodies()
    with pytest.raises(ConnectionResetError), sent.held(large_body()):
        raise ConnectionResetError
    assert sent.bytes == 0


def test_above_the_limit_no_more_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_bodies, "MAX_BYTES", 2 * MIN_LARGE_BYTES)
    sent = LargeBodies()
    with sent.held(large_body()), sent.held(large_body()):
        sent.check()
        with sent.held(large_body()), pytest.raises(BusyError):
            sent.check()
        sent.check()
