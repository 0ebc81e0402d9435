from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack

import pytest
from starlette.types import Message

from lacity_data_api.http import slow_readers
from lacity_data_api.http.slow_readers import (
    PART_BYTES,
    UNKNOWN_CONNECTION,
    ClientLeftError,
    ClientStreams,
    TooManyStreamsError,
    parts_of,
    send_in_time,
)

MESSAGE: Message = {"type": "http.response.body", "body": b"the end"}


class Client:
    """A connection whose client takes so many bytes each time that it is looked at."""

    def __init__(self, left_bytes: int, taken_bytes: int) -> None:
        self.left_bytes, self.taken_bytes = left_bytes, taken_bytes
        self.is_aborted = False
        self.has_taken_all = asyncio.Event()

    def get_write_buffer_size(self) -> int:
        self.left_bytes -= self.taken_bytes
        if self.left_bytes <= 0:
            self.has_taken_all.set()
        return max(self.left_bytes, 0)

    def abort(self) -> None:
        self.is_aborted = True

    async def drained(self, _message: Message) -> None:
        await self.has_taken_all.wait()


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_readers, "PAUSE_SECONDS", 0.5)
    monkeypatch.setattr(slow_readers, "SLOWEST_BYTES_PER_SECOND", 1_000_000_000)
    monkeypatch.setattr(slow_readers, "CHECK_SECONDS", 0.1)


@pytest.mark.parametrize("size", [0, 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])
@pytest.mark.parametrize("is_more", [False, True])
def test_parts_are_the_body_in_order(size: int, is_more: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    parts = list(parts_of({"type": "http.response.body", "body": body, "more_body": is_more}))
    assert b"".join(part["body"] for part in parts) == body
    assert [part["more_body"] for part in parts] == [True] * (len(parts) - 1) + [is_more]
    assert len(parts) == 1 + (size > PART_BYTES)


def test_the_last_part_does_not_keep_the_whole_body() -> None:
    *_, last = parts_of({"type": "http.response.body", "body": b"x" * (2 * PART_BYTES)})
    assert isinstance(last["body"], bytes)
    assert len(last["body"]) == PART_BYTES


def test_a_small_body_is_not_copied() -> None:
    body = b"x" * PART_BYTES
    assert next(parts_of({"type": "http.response.body", "body": body}))["body"] is body


def test_a_client_that_takes_nothing_has_left() -> None:
    client = Client(1_000_000, 0)
    with pytest.raises(ClientLeftError):
        asyncio.run(send_in_time(client.drained, MESSAGE, client))
    assert client.is_aborted


def test_a_client_that_takes_too_little_has_left() -> None:
    client = Client(100_000_000, PART_BYTES // 100)
    with pytest.raises(ClientLeftError):
        asyncio.run(send_in_time(client.drained, MESSAGE, client))
    assert client.is_aborted


def test_a_client_that_takes_part_after_part_may_take_longer_than_the_limit() -> None:
    client = Client(20 * PART_BYTES, PART_BYTES)
    started = time.monotonic()
    asyncio.run(send_in_time(client.drained, MESSAGE, client))
    assert time.monotonic() - started > 1
    assert not client.is_aborted


def test_a_client_of_another_protocol_has_the_time_of_one_part() -> None:
    client = Client(1_000_000, 0)
    with pytest.raises(ClientLeftError):
        asyncio.run(send_in_time(client.drained, MESSAGE, UNKNOWN_CONNECTION))


def test_another_protocol_sends_what_we_send() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(send_in_time(send, MESSAGE, UNKNOWN_CONNECTION))
    assert sent == [MESSAGE]


def test_nothing_is_timed_while_the_client_keeps_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_readers, "PAUSE_SECONDS", 0.0)
    client = Client(1_000, 0)

    async def slow(_message: Message) -> None:
        await asyncio.sleep(0.1)

    asyncio.run(send_in_time(slow, MESSAGE, client))
    assert not client.is_aborted


def test_a_host_has_the_streams_of_one_client_whatever_its_address() -> None:
    streams = ClientStreams()
    with ExitStack() as stack:
        for host in ("2001:db8::1", "2001:db8::2"):
            stack.enter_context(streams.one({"client": (host, 1)}))
        with pytest.raises(TooManyStreamsError), streams.one({"client": ("2001:db8::3", 1)}):
            pass
        stack.enter_context(streams.one({"client": ("2001:db8:0:1::1", 1)}))
