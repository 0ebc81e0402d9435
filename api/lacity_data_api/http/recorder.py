"""Records responses to requests that were served from memory, for the replayer."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lacity_data_api.cache.cached_response import Headers
from lacity_data_api.cache.memory import Memory, UrlEntry
from lacity_data_api.http.access_log import Outcome
from lacity_data_api.http.front import URL_ENTRY
from lacity_data_api.http.prepared import REQUEST_ID, PreparedResponse, variant_of
from lacity_data_api.http.slow_readers import PART_BYTES

WITHOUT_BODY = (204, 304)


@dataclass
class Recording:
    """The messages of a response whose body is sent in one message."""

    send_on: Send
    start: Message = field(default_factory=dict)
    body: bytes | None = None

    async def send(self, message: Message) -> None:
        await self.send_on(message)
        if message["type"] == "http.response.start":
            self.start = message
        elif message.get("more_body") or self.body is not None:
            # The body is sent in parts, each of which waits for the client.
            self.start = {}
        else:
            self.body = message["body"]

    def headers(self) -> Headers:
        """Empty unless the response is complete, and another may follow on its connection."""
        if not self.start or self.body is None or len(self.body) > PART_BYTES:
            return []
        names = [name for name, _ in self.start["headers"]]
        has_length = b"content-length" in names or self.start["status"] in WITHOUT_BODY
        is_plain = names.count(REQUEST_ID) == 1 and b"connection" not in names
        return self.start["headers"] if has_length and is_plain else []


class Recorder:
    """The outermost ASGI middleware: the responses that it records have passed every layer."""

    def __init__(self, app: ASGIApp, memory: Memory) -> None:
        self._app = app
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        recording = Recording(send)
        await self._app(scope, receive, recording.send)
        entry: UrlEntry | None = scope.get("state", {}).get(URL_ENTRY)
        if entry is not None and (headers := recording.headers()):
            self._keep(scope, entry, headers, recording)

    def _keep(self, scope: Scope, entry: UrlEntry, headers: Headers, recording: Recording) -> None:
        variant, body = variant_of(dict(scope["headers"])), recording.body or b""
        if variant in entry.prepared:
            return
        outcome = Outcome.of(scope, entry.route, recording.start["status"], len(body))
        self._memory.add_prepared(entry, variant, PreparedResponse.of(headers, body, outcome))
