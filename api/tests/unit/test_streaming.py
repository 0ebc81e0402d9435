from __future__ import annotations

import asyncio
import gzip
import zlib
from types import SimpleNamespace

import pytest
from fastapi import Request
from starlette.types import Message

from lacity_data_api import streaming
from lacity_data_api.errors import BusyError
from lacity_data_api.http.slow_readers import ClientLeftError, ClientStreams
from lacity_data_api.streaming import PART_BYTES, StreamedResponse, Write, accepts_gzip

LINE = b"1,1-1000000021,2015-01-01 13:29:07,Graffiti\r\n"
COUNT = 3 * PART_BYTES // len(LINE)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No part is late because this machine is slow."""
    monkeypatch.setattr(streaming, "MAX_WAIT_SECONDS", 1_000)


class StreamedCall:
    """The messages of one streamed response, whose parts are lines; after them it may fail."""

    def __init__(self, lines: int, error: Exception | None = None, *, is_compressed: bool = False) -> None:
        parts = SimpleNamespace(streams=ClientStreams())
        self.scope = {
            "type": "http",
            "client": ("127.0.0.1", 1),
            "app": SimpleNamespace(state=SimpleNamespace(parts=parts)),
        }
        self.messages: list[Message] = []

        async def produce(write: Write) -> None:
            for _ in range(lines):
                await write(LINE)
            if error:
                raise error

        request = Request(self.scope)
        self.response = StreamedResponse(request, produce, {}, "text/csv", is_compressed=is_compressed)

    def run(self) -> list[bytes]:
        asyncio.run(self.response(self.scope, self._receive, self._send))
        return self.bodies

    @property
    def bodies(self) -> list[bytes]:
        return [message["body"] for message in self.messages if message["type"] == "http.response.body"]

    async def _receive(self) -> Message:
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)


def test_small_parts_are_sent_together() -> None:
    """COPY yields 8 kB at a time; each was compressed in a thread and sent on its own."""
    first, *parts, rest, end = StreamedCall(COUNT).run()
    assert b"".join([first, *parts, rest]) == LINE * COUNT
    assert first == LINE, "a proxy sees it immediately"
    assert [PART_BYTES <= len(part) < PART_BYTES + len(LINE) for part in parts] == [True, True]
    assert 0 < len(rest) < PART_BYTES + len(LINE)
    assert end == b""


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_slow_query_sends_what_it_has(monkeypatch: pytest.MonkeyPatch, *, is_compressed: bool) -> None:
    """A CDN cuts off a response of which it has seen nothing for a minute."""
    monkeypatch.setattr(streaming, "MAX_WAIT_SECONDS", -1)
    sent = StreamedCall(3, is_compressed=is_compressed).run()
    unpack = zlib.decompressobj(wbits=31).decompress if is_compressed else bytes
    assert [unpack(part) for part in sent[:3]] == [LINE, LINE, LINE]


def test_a_compressed_body_is_one_gzip_file() -> None:
    served = StreamedCall(COUNT, is_compressed=True)
    assert gzip.decompress(b"".join(served.run())) == LINE * COUNT
    assert [message.get("more_body") for message in served.messages][-1] is False


def test_an_error_before_the_first_part_can_still_set_the_status() -> None:
    served = StreamedCall(0, BusyError())
    with pytest.raises(BusyError):
        served.run()
    assert served.messages == []


def test_a_later_error_cuts_the_response_off() -> None:
    served = StreamedCall(COUNT, BusyError())
    with pytest.raises(ClientLeftError):
        served.run()
    assert served.messages[-1]["more_body"] is True


@pytest.mark.parametrize(
    ("lines", "is_accepted"),
    [
        ([], False),
        (["br"], False),
        (["br, gzip"], True),
        (["br", "gzip"], True),
    ],
)
def test_every_line_of_accept_encoding_counts(lines: list[str], *, is_accepted: bool) -> None:
    headers = [(b"accept-encoding", line.encode()) for line in lines]
    assert accepts_gzip(Request({"type": "http", "headers": headers})) == is_accepted
