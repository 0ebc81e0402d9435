from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Scope, Send

from lacity_data_api.http.request_limits import RequestLimits

SCOPE: Scope = {"type": "http", "raw_path": b"/", "query_string": b""}


class Client:
    """A client that sends an empty body, and is gone once it leaves or has the whole response."""

    def __init__(self) -> None:
        self._has_left = asyncio.Event()
        self._requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    def leave(self) -> None:
        self._has_left.set()

    async def receive(self) -> Message:
        if self._requests:
            return self._requests.pop()
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.leave()


def finished(*parts: bytes, leaves: bool) -> bool:
    """Whether an app that sends these parts could finish what it does after the last one."""
    done: list[bool] = []

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for place, part in enumerate(parts, 1):
            await send({"type": "http.response.body", "body": part, "more_body": place < len(parts)})
            if leaves:
                client.leave()
                await asyncio.sleep(60)
        await asyncio.sleep(0.05)
        done.append(True)

    async def run() -> None:
        nonlocal client
        client = Client()
        await RequestLimits(app, 1_000)(SCOPE, client.receive, client.send)

    client: Client
    asyncio.run(run())
    return bool(done)


def test_work_after_the_last_part_is_done() -> None:
    """uvicorn reports the client as disconnected then, and the copy of an export was never finished."""
    assert finished(b"a", b"b", leaves=False)


def test_work_for_a_client_that_has_left_ends() -> None:
    assert not finished(b"a", b"b", leaves=True)
